// The columns: type with its evidence, missing values and distribution. The user can choose another type.

import { get } from "../../api.js";
import { Charts } from "../../charts/chart.js";
import { percent, whole } from "../../format.js";
import { icon } from "../../icons.js";
import { mayChange } from "../../session.js";
import { note } from "../../states.js";
import { html, live, nothing, repeat } from "../../template.js";
import { visible } from "../../visible.js";
import { details } from "./column_details.js";
import { distributionOf, miniature } from "./distribution.js";
import { evidenceOf } from "./evidence.js";

/** Number of columns that are shown at a time. */
const PAGE = 100;
const TYPES = ["integer", "number", "boolean", "text", "date", "datetime"];
const HEADS = ["Column", "Type", "Missing", "Distinct", "Distribution", "Examples"];

export class ColumnsTab {
  #shown = PAGE;
  #search = "";
  /** @type {Set<string>} */
  #open = new Set();
  /** The types that the user has chosen. @type {Map<string, string>} */
  #types = new Map();
  /** @type {any} */
  #statistics = null;
  /** @type {Map<string, any>} */
  #byName = new Map();

  /** @param {import("../dataset.js").TabContext} context */
  constructor({ id, root, draw, version }) {
    this.id = id;
    this.draw = draw;
    this.version = version;
    this.charts = new Charts(root);
  }

  /** @param {any} set */
  async read({ version }) {
    this.#statistics = await get(`/v1/datasets/${this.id}/statistics`, { version }).catch(orNone);
    this.#byName = new Map(this.#statistics?.columns.map((/** @type {any} */ one) => [one.name, one]));
  }

  close() {
    this.charts.dispose();
  }

  /** Draw the charts of the columns whose details are open. @param {any} set */
  changed(set) {
    set.columns.forEach((/** @type {any} */ column, /** @type {number} */ i) => {
      if (!this.#open.has(column.name)) return;
      const distribution = distributionOf(column, this.#byName.get(column.name));
      if (!distribution) return;
      const hasLegend = distribution.series.length > 1;
      const given = { ...distribution, kind: "bar", across: visible(column.name), hasLegend };
      this.charts.draw(chartId(i), given);
    });
  }

  /** @param {any} set */
  view(set) {
    const words = this.#search.toLowerCase();
    /** @type {any[]} */
    const columns = set.columns
      .map((/** @type {any} */ column, /** @type {number} */ place) => ({ ...column, place }))
      .filter((/** @type {any} */ { name }) => name.toLowerCase().includes(words));
    return html`
      ${guesses(set)}
      ${this.#types.size ? this.#chosen(set) : nothing}
      <section class="card" aria-label="All columns">
        ${set.columns.length > 20 ? this.#searchField() : nothing}
        <div class="table columns" role="region" aria-label="Columns" tabindex="0">
          <table>
            <thead>
              <tr>${HEADS.map((name) =>
                html`<th scope="col" class=${isNumber(name) ? "number" : nothing}>${name}</th>`
              )}</tr>
            </thead>
            <tbody>${repeat(
              columns.slice(0, this.#shown).flatMap((column) =>
                this.#open.has(column.name)
                  ? [{ column, isMore: false }, { column, isMore: true }]
                  : [{ column, isMore: false }]
              ),
              ({ column, isMore }) => `${isMore} ${column.name}`,
              ({ column, isMore }) => (isMore ? this.#more(column) : this.#row(set, column)),
            )}</tbody>
          </table>
        </div>
        ${columns.length > this.#shown
          ? html`
            <p
              class="row more-row"><button class="button" @click=${() =>
                this.#set(() => (this.#shown += PAGE))}>Show ${whole(
                  Math.min(PAGE, columns.length - this.#shown),
                )} more of ${whole(columns.length)} columns</button></p>
          `
          : nothing}
      </section>
    `;
  }

  /** @param {any} set @param {any} column */
  #row(set, column) {
    const { name, missing, distinct, distinct_exact: isExact, examples, place } = column;
    const isOpen = this.#open.has(name);
    const toggle = () => this.#set(() => this.#open.delete(name) || this.#open.add(name));
    return html`
      <tr class=${isOpen ? "is-open" : nothing}>
        <th scope="row">
          <button class="column-name" aria-expanded=${isOpen} aria-controls="column-${place}" @click=${toggle}>
            ${icon(isOpen ? "down" : "extend")}<bdi>${visible(name)}</bdi>
          </button>
          ${[set.target].flat().includes(name) ? html`<span class="tag">target</span>` : nothing}
          ${column.role ? html`<span class="tag">${visible(column.role)}</span>` : nothing}
        </th>
        <td>${this.#type(column)}</td>
        <td class="number">${missing
          ? html`${whole(missing)} <span class="muted">${percent(missing / set.rows, 1)}</span>`
          : html`<span class="muted">0</span>`}</td>
        <td class="number">${distinct
          ? `${isExact ? "" : "about "}${whole(distinct)}`
          : html`<span class="muted">–</span>`}</td>
        <td>${miniature(distributionOf(column, this.#byName.get(name)))}</td>
        <td class="examples">${examples.slice(0, 4).map((/** @type {string} */ text) =>
          html`
            <bdi class="example">${visible(text)}</bdi>
          `
        )}</td>
      </tr>
    `;
  }

  /** @param {any} column */
  #type({ name, type, place }) {
    if (!mayChange() || !TYPES.includes(type)) return type;
    const chosen = this.#types.get(name) ?? type;
    const choose = (/** @type {any} */ event) =>
      this.#set(() => {
        const next = TYPES[event.target.selectedIndex];
        if (next === type) this.#types.delete(name);
        else this.#types.set(name, next);
      });
    return html`
      <select class="input type" id="type-${place}" aria-label="Type of ${visible(name)}"
        .selectedIndex=${live(TYPES.indexOf(chosen))} @change=${choose}>
        ${TYPES.map((one) => html`<option ?selected=${one === chosen}>${one}</option>`)}
      </select>
    `;
  }

  /** @param {any} column */
  #more(column) {
    const statistics = this.#byName.get(column.name);
    const { place } = column;
    return html`
      <tr class="column-more" id="column-${place}">
        <td colspan=${HEADS.length}>${details(column, statistics, evidenceOf(column), chartId(place))}</td>
      </tr>
    `;
  }

  /** The button that applies the chosen types. @param {any} set */
  #chosen(set) {
    const read = async () => {
      const columns = { ...set.parse.columns, ...Object.fromEntries(this.#types) };
      this.#types.clear();
      await this.version({ ...set.parse, columns });
    };
    const words = [...this.#types].map(([name, type]) => `${visible(name)} as ${type}`).join(", ");
    return html`
      <div class="card row chosen-types" role="status">
        <p>New version with ${words}</p>
        <button class="button button-primary" @click=${read}>Read again</button>
        <button class="button" @click=${() => this.#set(() => this.#types.clear())}>Undo</button>
      </div>
    `;
  }

  #searchField() {
    return html`
      <label class="column-search"><span class="hidden-label">Search for a column</span>
        <input class="input" type="search" placeholder="Search for a column" .value=${live(this.#search)}
          @input=${(/** @type {any} */ event) => this.#set(() => (this.#search = event.target.value))}></label>
    `;
  }

  /** @param {() => unknown} change */
  #set(change) {
    change();
    this.draw();
  }
}

const chartId = (/** @type {number} */ place) => `chart-column-${place}`;
const isNumber = (/** @type {string} */ head) => head === "Missing" || head === "Distinct";

const orNone = (/** @type {any} */ problem) => {
  if (problem.status !== 404) throw problem;
  return null;
};

/** The options that were guessed when the file was read. @param {any} set */
const guesses = ({ guessed, parse, left_out: left }) => {
  const all = Object.entries(guessed ?? {});
  return html`
    ${left?.count ? note("warning", leftOut(left)) : nothing}
    ${all.length
      ? html`
        <details class="card guesses">
          <summary><strong>How it was read</strong> <span class="muted">${visible(
            `${parse.kind}: ${all.map(([key]) => key.replaceAll("_", " ")).join(", ")} guessed`,
          )}</span></summary>
          <dl>${all.map(([key, why]) =>
            html`
              <div>
                <dt><code>${key}: ${visible(JSON.stringify(parse[key]) ?? "")}</code></dt>
                <dd>${visible(String(why))}</dd>
              </div>
            `
          )}</dl>
        </details>
      `
      : nothing}
  `;
};

/** @param {any} left */
const leftOut = ({ count, listed }) =>
  html`
    <p>${whole(count)} ${count === 1 ? "row was" : "rows were"} left out.</p>
    <ul class="left-out">${listed.slice(0, 10).map((/** @type {any} */ { file, line, reason }) =>
      html`<li><bdi>${visible(file)}</bdi>${line ? `, line ${whole(line)}` : ""}: ${visible(reason)}</li>`
    )}</ul>
  `;
