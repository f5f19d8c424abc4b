// The rows, page by page; or only the rows of a finding about the data set or about an experiment.

import { at } from "../../address.js";
import { get } from "../../api.js";
import { titleOf } from "../../findings/severity.js";
import { whole } from "../../format.js";
import { html, nothing } from "../../template.js";
import { attempt } from "../../toast.js";
import { note } from "../../states.js";
import { visible } from "../../visible.js";

const PAGE = 50;
/** Number of columns that are shown at a time. */
const COLUMNS = 40;
const LONGEST = 120;

export class RowsTab {
  /** @type {any} */
  #page = null;
  #offset = 0;
  /** The first column that is shown; null until the position of the finding's column is known. @type {number | null} */
  #firstColumn = null;

  /** @param {import("../dataset.js").TabContext} context */
  constructor({ id, query, draw }) {
    this.id = id;
    this.finding = query.get("finding");
    this.about = query.get("of");
    this.rows = (query.get("row") ?? "").split(",").filter(Boolean);
    this.version = query.get("version");
    this.draw = draw;
  }

  /** @param {any} set */
  async read(set) {
    this.#firstColumn ??= pageOf(this.about, set.columns);
    const column = set.columns.slice(this.#first, this.#first + COLUMNS).map((/** @type {any} */ { name }) => name);
    this.#page = await get(`/v1/datasets/${this.id}/rows`, {
      version: this.#version(set),
      offset: this.#offset,
      limit: PAGE,
      column: set.columns.length > COLUMNS ? column : [],
      finding: this.finding,
      finding_column: this.finding ? this.about : null,
      row: this.rows,
    });
  }

  get #first() {
    return this.#firstColumn ?? 0;
  }

  /**
   * The version in the address. For the rows of an experiment's finding, it is the version that the experiment trained
   * on.
   * @param {any} set
   */
  #version(set) {
    return this.version ?? set.version;
  }

  /** The description of the selection, if not all rows are shown. @param {any} set */
  #words(set) {
    if (this.finding) {
      return html`The rows of the finding “${titleOf(this.finding)}”${
        this.about
          ? html`
            about <bdi>${visible(this.about)}</bdi>
          `
          : nothing
      }.`;
    }
    if (this.rows.length) {
      return `The rows that the finding names, of version ${visible(String(this.#version(set)))}.`;
    }
    return null;
  }

  /** @param {any} set */
  view(set) {
    if (!this.#page) return nothing;
    const { columns, data, index, offset, total } = this.#page;
    const words = this.#words(set);
    const types = new Map(set.columns.map((/** @type {any} */ { name, type }) => [name, type]));
    return html`
      ${words === null ? nothing : note(
        "info",
        html`<p>${words} <a href=${at(`/data/${encodeURIComponent(set.id)}?tab=rows`)}>Show all rows</a></p>`,
      )}
      <section class="card" aria-label="Rows of the data set">
        <div class="row pager">
          <p class="muted">${total
            ? words !== null
              ? `${whole(total)} ${total === 1 ? "row" : "rows"}`
              : `Rows ${whole(offset)} to ${whole(offset + data.length - 1)} of ${whole(total)}`
            : "No rows"}</p>
          ${this.#turn("Previous rows", offset > 0, set, () => (this.#offset = Math.max(0, offset - PAGE)))}
          ${this.#turn("Next rows", offset + data.length < total, set, () => (this.#offset = offset + PAGE))}
          ${total > PAGE && words === null ? this.#goTo(set, total) : nothing}
          ${set.columns.length > COLUMNS ? this.#columnPages(set) : nothing}
        </div>
        <div class="table rows" role="region" aria-label="Rows" tabindex="0">
          <table>
            <thead>
              <tr><th scope="col" class="number">Row</th>${columns.map((/** @type {string} */ name) =>
                html`<th scope="col" class=${isNumeric(types.get(name)) ? "number" : nothing} aria-current=${
                  name === this.about ? "true" : nothing
                }><bdi>${visible(name)}</bdi></th>`
              )}</tr>
            </thead>
            <tbody>${data.map((/** @type {any} */ row, /** @type {number} */ i) =>
              html`<tr><th scope="row" class="number muted">${whole(index[i])}</th>${
                columns.map((/** @type {string} */ name) => this.#cell(row[name], types.get(name), name, index[i], set))
              }</tr>`
            )}</tbody>
          </table>
        </div>
      </section>
    `;
  }

  /** @param {any} value @param {string} type @param {string} name @param {number} row @param {any} set */
  #cell(value, type, name, row, set) {
    if (type === "image") {
      const query = new URLSearchParams({ column: name, version: String(this.#version(set)) });
      const url = at(`/v1/datasets/${this.id}/rows/${row}/image?${query}`);
      const picture = html`<img class="cell-image" loading="lazy" src=${url} alt="Picture of row ${row}">`;
      return html`<td><a href=${url} target="_blank" rel="noopener">${picture}</a></td>`;
    }
    if (value === null) return html`<td class="missing">missing</td>`;
    const text = typeof value === "string"
      ? visible(value)
      : Array.isArray(value)
      ? JSON.stringify(value)
      : String(value);
    const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
    return html`<td class=${isNumeric(type) ? "number" : nothing} title=${
      cut === text ? nothing : text.slice(0, 2000)
    }><bdi>${cut}</bdi></td>`;
  }

  /** @param {string} name @param {boolean} can @param {any} set @param {() => void} turn */
  #turn(name, can, set, turn) {
    return html`<button class="button" ?disabled=${!can} @click=${() => this.#go(set, turn)}>${name}</button>`;
  }

  /** @param {any} set @param {number} total */
  #goTo(set, total) {
    const go = (/** @type {any} */ event) => {
      event.preventDefault();
      const row = event.target.elements.row.valueAsNumber;
      this.#go(set, () => (this.#offset = Math.min(total - 1, Math.max(0, row || 0))));
    };
    return html`
      <form class="row go-to" @submit=${go}>
        <label class="check">Row <input class="input" type="number" name="row" min="0" max=${total -
          1} step="1"></label>
        <button class="button">Go</button>
      </form>
    `;
  }

  /** @param {any} set */
  #columnPages(set) {
    const last = Math.min(set.columns.length, this.#first + COLUMNS);
    return html`
      <p class="muted">Columns ${whole(this.#first + 1)} to ${whole(last)} of ${whole(set.columns.length)}</p>
      ${this.#turn(
        "Previous columns",
        this.#first > 0,
        set,
        () => (this.#firstColumn = Math.max(0, this.#first - COLUMNS)),
      )}
      ${this.#turn("Next columns", last < set.columns.length, set, () => (this.#firstColumn = this.#first + COLUMNS))}
    `;
  }

  /** @param {any} set @param {() => void} turn */
  async #go(set, turn) {
    turn();
    await attempt(() => this.read(set));
    this.draw();
  }
}

/**
 * The first column of the page of columns that contains this column.
 * @param {string | null} name
 * @param {any[]} columns
 */
const pageOf = (name, columns) => {
  const place = columns.findIndex((one) => one.name === name);
  return place < 0 ? 0 : place - (place % COLUMNS);
};

const isNumeric = (/** @type {string | undefined} */ type) => type === "integer" || type === "number";
