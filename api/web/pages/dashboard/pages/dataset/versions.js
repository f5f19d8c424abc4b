// The versions. A version never changes: a new one is added for other options or other files.

import { get } from "../../api.js";
import { openDialog } from "../../dialog.js";
import { bytes, whole } from "../../format.js";
import { icon } from "../../icons.js";
import { mayChange } from "../../session.js";
import { html, nothing } from "../../template.js";
import { time } from "../../time.js";
import { attempt } from "../../toast.js";
import { visibleLines } from "../../visible.js";
import { onUploads, uploads } from "../../uploads/uploads.js";
import { ENDINGS } from "../data/choose.js";
import { uploadList } from "../data/progress.js";
import { dataBadge } from "../data/status.js";
import { pretty } from "../new/json/pretty.js";

const HEADS = ["Version", "Status", "Rows", "Size", "Digest", "Made", ""];

const PICKER = "version-file";
const pick = () => document.getElementById(PICKER)?.click();

export class VersionsTab {
  /** @param {import("../dataset.js").TabContext} context */
  constructor({ id, version, upload, draw }) {
    this.id = id;
    this.version = version;
    this.upload = upload;
    this.close = onUploads(draw);
  }

  /** @param {any} set */
  view(set) {
    return html`
      ${uploadList(uploads().filter(({ dataset }) => dataset === this.id), pick)}
      <section class="card" aria-labelledby="versions-title">
        <div class="card-head">
          <h2 id="versions-title">Versions</h2>
          ${mayChange() ? this.#ways(set) : nothing}
        </div>
        <div class="table" role="region" aria-labelledby="versions-title" tabindex="0">
          <table>
            <thead>
              <tr>${HEADS.map((name) =>
                html`<th scope="col" class=${name === "Rows" || name === "Size" ? "number" : nothing}>${
                  name || html`<span class="hidden-label">Options</span>`
                }</th>`
              )}</tr>
            </thead>
            <tbody>${set.versions.map((/** @type {any} */ one) => this.#row(one))}</tbody>
          </table>
        </div>
      </section>
    `;
  }

  /** The buttons that add a version, from the same files or from others. @param {any} set */
  #ways(set) {
    const chosen = (/** @type {any} */ { target }) => {
      const files = [...target.files];
      target.value = ""; // so that the same file can be chosen again
      if (files.length) this.upload(files);
    };
    return html`
      <button class="button" @click=${() => this.#readAgain(set)}>${icon("plus")}Read with other options</button>
      <button class="button" @click=${pick}>${icon("upload")}Upload another file</button>
      <input type="file" class="hidden-label" id=${PICKER} tabindex="-1" aria-label="File of another version"
        accept=${ENDINGS} @change=${chosen}>
    `;
  }

  /** @param {any} version */
  #row({ number, status, rows, bytes: size, digest, created_at: made, error }) {
    return html`
      <tr>
        <th scope="row">${number}</th>
        <td>${dataBadge(status)}${error
          ? html`<p class="small version-error">${visibleLines(error.message)}</p>`
          : nothing}</td>
        <td class="number">${whole(rows)}</td>
        <td class="number">${rows === null ? nothing : bytes(size)}</td>
        <td>${digest ? html`<code title=${digest}>${digest.replace("sha256:", "").slice(0, 12)}</code>` : nothing}</td>
        <td>${time(made)}</td>
        <td
          class="number"><button class="quiet" @click=${() =>
            this.#show(number)}>Options<span class="hidden-label"> of version ${number}</span></button></td>
      </tr>
    `;
  }

  /** @param {number} number */
  async #show(number) {
    const found = await attempt(() => get(`/v1/datasets/${this.id}/versions/${number}`));
    if (!found) return;
    await openDialog(`Version ${number}`, (answer) =>
      html`
        <p>Read from ${found.sources.map((/** @type {any} */ { name, size, split }, /** @type {number} */ i) =>
          html`${i ? ", " : ""}<bdi>${visibleLines(name)}</bdi> <span class="muted">${bytes(size)}${
            split ? `, ${split}` : ""
          }</span>`
        )}, with</p>
        <pre class="code" tabindex="0" role="region" aria-label="Options"><code>${visibleLines(
          pretty(found.parse),
        )}</code></pre>
        <div class="dialog-actions"><button class="button" @click=${() => answer()}>Close</button></div>
      `, { wide: true });
  }

  /** @param {any} set */
  async #readAgain(set) {
    const newest = await attempt(() => get(`/v1/datasets/${this.id}/versions/${set.versions[0].number}`));
    if (!newest) return;
    let text = pretty(newest.parse);
    let fault = "";
    const parse = await openDialog("Read with other options", (answer, redraw) => {
      const submit = (/** @type {Event} */ event) => {
        event.preventDefault();
        try {
          answer(JSON.parse(text));
        } catch (error) {
          fault = `This is not JSON: ${error instanceof Error ? error.message : error}`;
          redraw();
        }
      };
      return html`
        <form class="stack" @submit=${submit}>
          <p>The same files are read again, as another version. Options that are left out are guessed.</p>
          <label class="field"><span>Options, as JSON</span>
            <textarea class="input code" rows="18" spellcheck="false" .value=${text}
              @input=${(/** @type {any} */ event) => (text = event.target.value)}></textarea></label>
          ${fault ? html`<p class="mistake" role="alert">${fault}</p>` : nothing}
          <div class="dialog-actions">
            <button type="button" class="button" @click=${() => answer()}>Back</button>
            <button class="button button-primary">Read again</button>
          </div>
        </form>
      `;
    }, { wide: true });
    if (parse) await this.version(parse);
  }
}
