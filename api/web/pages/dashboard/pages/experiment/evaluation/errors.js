// The examples in a cell of the confusion matrix, page by page.

import { at } from "../../../address.js";
import { get } from "../../../api.js";
import { percent, whole } from "../../../format.js";
import { note } from "../../../states.js";
import { html, nothing } from "../../../template.js";
import { visible, visibleLines } from "../../../visible.js";

const PAGE = 24;
/** Maximum number of values of an example that are shown. */
const CELLS = 12;
const LONGEST = 60;

export class ErrorRows {
  /** @type {any} */
  #cell = null;
  /** @type {any} */
  #page = null;
  /** @type {Error | null} */
  #error = null;

  /** @param {string} id of the experiment @param {() => void} draw */
  constructor(id, draw) {
    this.id = id;
    this.draw = draw;
  }

  close() {
    this.#cell = null;
  }

  /** @param {{ split: string, epoch: string, given: string, predicted: string }} cell */
  open(cell) {
    this.#cell = cell;
    this.#page = null;
    this.#read(0);
  }

  /** @param {number} offset */
  async #read(offset) {
    const cell = this.#cell;
    this.#error = null;
    this.draw();
    try {
      let page;
      do page = await get(`/v1/experiments/${this.id}/errors`, { ...cell, offset, limit: PAGE }); while (
        this.#cell === cell && page.status === "open"
      );
      if (this.#cell === cell) this.#page = page;
    } catch (error) {
      if (this.#cell === cell) this.#error = /** @type {Error} */ (error);
    }
    this.draw();
  }

  view() {
    if (!this.#cell) return nothing;
    const { given, predicted } = this.#cell;
    return html`
      <section class="card" aria-labelledby="errors-title" aria-live="polite">
        <div class="row pager">
          <h2 id="errors-title">Given <bdi>${visible(given)}</bdi>, predicted <bdi>${visible(predicted)}</bdi></h2>
          ${this.#page ? this.#pager(this.#page) : nothing}
          <button class="button" @click=${() => {
            this.close();
            this.draw();
          }}>Close</button>
        </div>
        ${this.#error
          ? note("error", visibleLines(this.#error.message))
          : this.#page
          ? examples(this.#page)
          : html`<p class="muted" role="status">A worker looks for them …</p>`}
      </section>
    `;
  }

  /** @param {any} page */
  #pager({ offset, total, data }) {
    const turn = (/** @type {string} */ name, /** @type {boolean} */ can, /** @type {number} */ to) =>
      html`<button class="button" ?disabled=${!can} @click=${() => this.#read(to)}>${name}</button>`;
    return html`
      <p class="muted">${whole(offset + 1)} to ${whole(offset + data.length)} of ${whole(
        total,
      )}, the most confident first</p>
      ${turn("Previous", offset > 0, Math.max(0, offset - PAGE))}
      ${turn("Next", offset + data.length < total, offset + PAGE)}
    `;
  }
}

const examples = (/** @type {any} */ { data }) =>
  data.some((/** @type {any} */ { image }) => image)
    ? html`<ul class="error-pictures">${data.map(picture)}</ul>`
    : table(data);

const picture = (/** @type {any} */ { row, image, probability }) =>
  html`
    <li>
      <img class="cell-image" loading="lazy" src=${image?.startsWith("/") ? at(image) : image ?? ""} alt="Row ${row}">
      <span class="muted small">row ${whole(row)} · ${percent(probability, 1)}</span>
    </li>
  `;

const table = (/** @type {any[]} */ data) => {
  const names = Object.keys(data[0]?.cells ?? {}).slice(0, CELLS);
  return html`
    <div class="table" tabindex="0" role="region" aria-labelledby="errors-title">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">Row</th>
            <th scope="col" class="number">Probability</th>
            ${names.map((name) => html`<th scope="col"><bdi>${visible(name)}</bdi></th>`)}
          </tr>
        </thead>
        <tbody>${data.map(({ row, probability, cells }) =>
          html`
            <tr>
              <th scope="row" class="number">${whole(row)}</th>
              <td class="number">${percent(probability, 1)}</td>
              ${names.map((name) => cell(cells?.[name]))}
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
};

const cell = (/** @type {any} */ value) => {
  if (value === null || value === undefined) return html`<td class="missing">missing</td>`;
  const text = visible(typeof value === "string" ? value : JSON.stringify(value));
  return html`<td><bdi>${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}</bdi></td>`;
};
