// The uploads in progress, each with a progress bar, and the uploads that wait for the user.

import { bytes } from "../../format.js";
import { icon } from "../../icons.js";
import { html, live, nothing, repeat } from "../../template.js";
import { cancelUpload, retryUpload } from "../../uploads/uploads.js";
import { visible, visibleLines } from "../../visible.js";

/** @typedef {import("../../uploads/upload.js").Upload} Upload */

/** @param {Upload[]} uploads @param {() => void} choose opens the file dialog */
export const uploadList = (uploads, choose) =>
  uploads.length
    ? html`
      <section class="card" aria-labelledby="uploads-title">
        <h2 id="uploads-title">Uploads</h2>
        <ul class="uploads">${repeat(uploads, ({ files }) => files, (one) => item(one, choose))}</ul>
      </section>
    `
    : nothing;

/** @param {Upload} upload @param {() => void} choose */
const item = (upload, choose) => {
  const { name, size, sent, state } = upload;
  return html`
    <li>
      <div class="upload-head">
        <bdi class="upload-name">${visible(name)}</bdi>
        <span class="small muted" role="status">${words(upload)}</span>
        <button class="quiet" aria-label="Cancel the upload of ${visible(name)}" title="Cancel"
          @click=${() => cancelUpload(upload)}>${icon("close")}</button>
      </div>
      ${state === "refused" ? refused(upload) : html`
        <progress max=${size} value=${state === "creating" ? nothing : sent}
          aria-label="Upload of ${visible(name)}"></progress>
      `}
      ${state === "absent" ? absent(upload, choose) : nothing}
    </li>
  `;
};

/** @param {Upload} upload */
const words = ({ size, sent, state }) => {
  if (state === "creating") return "Creating the data set …";
  if (state === "away") return "The service does not answer. Trying again …";
  if (state !== "sending") return bytes(size);
  return `${bytes(sent)} of ${bytes(size)} · ${Math.floor((100 * sent) / (size || 1))} %`;
};

/** @param {Upload} upload @param {() => void} choose */
const absent = ({ files }, choose) => {
  const names = files.filter(({ blob }) => !blob).map(({ name }) => `“${visible(name)}”`);
  return html`
    <div class="row">
      <p class="small">You left the page. Choose or drop ${names.join(
        ", ",
      )} again: what has arrived is not sent again.</p>
      <button class="button" @click=${choose}>Choose ${names.length > 1 ? "the files" : "the file"}</button>
    </div>
  `;
};

/** @param {Upload} upload */
const refused = (upload) => {
  const again = (/** @type {any} */ event) => {
    event.preventDefault();
    retryUpload(upload, event.target.elements.name?.value.trim() ?? upload.name);
  };
  return html`
    <p class="mistake" role="alert">${visibleLines(upload.problem?.message ?? "")}</p>
    <form class="row" @submit=${again}>
      ${upload.dataset === null
        ? html`<label class="field"><span>Name</span>
        <input class="input" name="name" required maxlength="100" .value=${live(upload.name)}></label>`
        : nothing}
      <button class="button">Try again</button>
    </form>
  `;
};
