// The view of the page of all data sets.

import { at } from "../../address.js";
import { bytes, whole } from "../../format.js";
import { icon } from "../../icons.js";
import { mayChange } from "../../session.js";
import { html, nothing, repeat } from "../../template.js";
import { time } from "../../time.js";
import { visible } from "../../visible.js";
import { ENDINGS } from "./choose.js";
import { uploadList } from "./progress.js";
import { dataBadge } from "./status.js";

const COLUMNS = ["Name", "Status", "Rows", "Columns", "Target", "Findings", "Version", "Size", "Added"];
const NUMBERS = new Set(["Rows", "Columns", "Findings", "Version", "Size"]);

/**
 * @param {object} page
 * @param {any[]} page.sets
 * @param {import("../../uploads/upload.js").Upload[]} page.uploads
 * @param {(files: File[]) => void} page.choose
 */
export const view = ({ sets, uploads, choose }) =>
  html`
    <header class="head">
      <h1>Data</h1>
      ${mayChange()
        ? html`<button class="button button-primary" @click=${pick}>${icon("upload")}Upload</button>`
        : nothing}
    </header>
    <div class="stack">
      ${mayChange() ? dropZone(choose) : nothing}
      ${uploadList(uploads, pick)}
      <section class="card" aria-label="All of them">
        <div class="table datasets" role="region" aria-label="Data sets" tabindex="0">
          <table>
            <thead>
              <tr>${COLUMNS.map((name) =>
                html`<th scope="col" class=${NUMBERS.has(name) ? "number" : nothing}>${name}</th>`
              )}</tr>
            </thead>
            <tbody>${repeat(sets, ({ id }) => id, row)}</tbody>
          </table>
        </div>
      </section>
    </div>
  `;

const PICKER = "dataset-files";
const pick = () => document.getElementById(PICKER)?.click();

/** @param {(files: File[]) => void} choose */
const dropZone = (choose) => {
  const chosen = (/** @type {any} */ { target }) => {
    const files = [...target.files];
    target.value = ""; // so that the same file can be chosen again
    if (files.length) choose(files);
  };
  return html`
    <div class="drop-zone">
      ${icon("upload")}
      <p><strong>Drop a file here</strong> or <label class="link" for=${PICKER}>choose one</label></p>
      <p class="small muted">
        CSV or TSV, JSON lines, Parquet, Excel or ODS, NPY or NPZ, IDX, or a ZIP of images by class; gzip and zstd, too.
      </p>
      <input type="file" class="hidden-label" id=${PICKER} multiple accept=${ENDINGS} @change=${chosen}>
    </div>
  `;
};

/** @param {any} set */
const row = (set) =>
  html`
    <tr>
      <th scope="row"><a href=${at(`/data/${encodeURIComponent(set.built_in ? set.name : set.id)}`)}><bdi>${visible(
        set.title,
      )}</bdi></a></th>
      <td>${status(set)}</td>
      <td class="number">${whole(rowsOf(set))}</td>
      <td class="number">${set.column_count === null ? nothing : whole(set.column_count)}</td>
      <td class="cell-target">${targetOf(set)}</td>
      <td class="number">${findingsOf(set)}</td>
      <td class="number">${set.version ?? nothing}</td>
      <td class="number">${set.bytes === null ? nothing : bytes(set.bytes)}</td>
      <td>${set.built_in ? html`<span class="tag">built in</span>` : time(set.created_at)}</td>
    </tr>
  `;

/** The number of findings, with a link to them. @param {any} set */
const findingsOf = ({ id, finding_count: count }) => {
  if (count === null || count === undefined) return nothing;
  return count ? html`<a href=${at(`/data/${id}?tab=findings`)}>${whole(count)}</a>` : "0";
};

/** @param {any} set */
const status = ({ status, built_in: isBuiltIn, available, progress }) => {
  if (isBuiltIn && !available) return html`<span class="small muted">not downloaded yet</span>`;
  if (status !== "reading" || !progress?.total) return dataBadge(status);
  return html`${dataBadge(status)} <span class="small muted">${
    Math.floor((100 * progress.done) / progress.total)
  } %</span>`;
};

/** @param {any} set */
export const rowsOf = (
  { built_in: isBuiltIn, rows, train_examples: train, validation_examples: held, test_examples },
) => isBuiltIn ? train + held + test_examples : rows;

/** @param {any} set */
const targetOf = ({ target, classes }) => {
  if (classes) return html`<span class="muted">${classes.length ? `${classes.length} classes` : "a number"}</span>`;
  return target === null ? nothing : html`<bdi>${visible([target].flat().join(", "))}</bdi>`;
};
