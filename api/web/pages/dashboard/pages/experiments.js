// The list of all experiments, newest first, updated live.

import { at } from "../address.js";
import { loadPlotly } from "../charts/plotly.js";
import { datasets } from "../datasets.js";
import { subscribe } from "../events.js";
import { icon } from "../icons.js";
import { session } from "../session.js";
import { failure } from "../states.js";
import { Reader } from "../store/reader.js";
import { html, nothing, render, repeat } from "../template.js";
import { debounced, perFrame } from "../throttle.js";
import { attempt } from "../toast.js";
import { bulkActions, comparison } from "./experiments/bulk_actions.js";
import { Curves } from "./experiments/curves.js";
import { filterBar, fromQuery, toAddress } from "./experiments/filters.js";
import { keyboard, legend } from "./experiments/keyboard.js";
import { List } from "./experiments/list.js";
import { row } from "./experiments/row.js";
import { noMatch, start } from "./experiments/start.js";
import { visibleRows } from "./experiments/virtual_scroll.js";

const COLUMNS = ["Name", "Status", "Data set", "Network", "Optimizer", "Best", "Curve", "Progress"];

export const open = (root, context) => {
  const page = new ExperimentsPage(root, context);
  page.begin();
  return () => page.close();
};

class ExperimentsPage {
  #chosen = new Set();
  #datasets = new Map();
  #draw = perFrame(() => this.#render());
  #curves = new Curves(this.#draw);
  #search = debounced(250, () => this.#ask());
  #reader = new Reader({ read: () => this.list.refresh(), failed: (error) => this.list.fail(error) });
  /** @type {(() => void)[]} */
  #ends = [];

  constructor(root, { query, navigate, rewrite }) {
    this.root = root;
    this.navigate = navigate;
    this.rewrite = rewrite;
    this.filter = fromQuery(query);
    this.list = this.#listed();
  }

  begin() {
    const pressed = keyboard({
      root: this.root,
      navigate: this.navigate,
      toggle: (id) => this.#toggle(id),
      compare: () => this.#chosen.size > 1 && this.navigate(comparison(this.#selection())),
      step: (id, by) => this.#step(id, by),
    });
    const unsubscribe = subscribe((event) => this.#hear(event), () => this.#readAnew());
    this.#ends = [unsubscribe, on(document, "keydown", pressed)];
    for (const kind of ["scroll", "resize"]) this.#ends.push(on(window, kind, this.#draw));
    Promise.all([attempt(datasets), attempt(session)]).then(([found]) => {
      this.#datasets = found ?? this.#datasets;
      this.#draw();
    });
    this.#draw();
    this.list.more();
  }

  close() {
    for (const end of this.#ends) end();
    this.list.end();
    this.#reader.end();
    this.#curves.end();
    this.#search.cancel();
    this.#draw.cancel();
  }

  /** @param {import("../store/snapshot.js").ServiceEvent} event */
  #hear(event) {
    this.#curves.hear(event);
    this.list.hear(event);
  }

  #readAnew() {
    this.#curves.clear();
    this.#reader.now();
  }

  #listed() {
    return new List(this.filter, this.#draw, () => this.#reader.soon());
  }

  /** Apply a changed filter: at once, or when the user stops typing. */
  #change(changes) {
    this.filter = { ...this.filter, ...changes };
    this.rewrite(toAddress(this.filter));
    this.#draw();
    if ("q" in changes || "tag" in changes) this.#search();
    else this.#ask();
  }

  #ask() {
    this.list.end();
    this.list = this.#listed();
    this.#chosen.clear();
    this.list.more();
    this.#draw();
  }

  #selection() {
    return this.list.items.filter((one) => this.#chosen.has(one.id));
  }

  #toggle(id) {
    if (!this.#chosen.delete(id)) this.#chosen.add(id);
    loadPlotly().catch(() => {}); // selected experiments will probably be compared, which needs plotly.js
    this.#draw();
  }

  /** Move the focus to the row above or below. */
  #step(id, by) {
    const i = this.list.items.findIndex((one) => one.id === id) + by;
    const next = this.list.items[id ? i : 0];
    const found = next && this.root.querySelector(`tr[data-id="${next.id}"] .cell-name a`);
    found?.focus();
    found?.closest("tr").scrollIntoView({ block: "nearest" });
  }

  #render() {
    const { items, whole, error, empty } = this.list;
    const range = visibleRows(this.root.querySelector("tbody"), items.length);
    if (!whole && range.last > items.length - 40) this.list.more();
    render(
      html`
        <div class="head">
          <h1>Experiments</h1>
          <a class="button button-primary" href=${at("/new")}>${icon("plus")}New experiment</a>
        </div>
        ${filterBar(this.filter, [...this.#datasets.keys()], (changes) => this.#change(changes))}
        ${empty ? this.#nothing() : this.#table(items, range)}
        ${error ? failure(error, () => this.list.again()) : nothing}
        ${bulkActions(this.#selection(), { clear: () => this.#clear(), dropped: (id) => this.#drop(id) })}
      `,
      this.root,
    );
  }

  #table(items, { first, last, height }) {
    return html`
      <div class="card list-card">
        <table class="list" role="table" aria-label="Experiments" aria-rowcount=${this.list.whole
          ? items.length + 1
          : -1}>
          <thead role="rowgroup">
            <tr role="row">
              <td role="cell" class="cell-check"></td>
              ${COLUMNS.map((name) =>
                html`<th role="columnheader" scope="col" class="head-${
                  name.toLowerCase().replace(" ", "")
                }">${name}</th>`
              )}
            </tr>
          </thead>
          <tbody role="rowgroup">
            ${gap(first * height)}
            ${repeat(items.slice(first, last), (one) => one.id, (one, i) =>
              row(one, {
                dataset: this.#datasets.get(one.spec.dataset.name),
                values: this.#curves.of(one),
                chosen: this.#chosen.has(one.id),
                choose: () => this.#toggle(one.id),
                place: first + i,
              }))}
            ${gap((items.length - last) * height)}
          </tbody>
        </table>
      </div>
      ${legend(this.#draw)}
    `;
  }

  #nothing() {
    const filtered = Object.values(this.filter).some(Boolean);
    return filtered
      ? noMatch(() => this.#change({ status: "", dataset: "", tag: "", sweep: "", q: "" }))
      : start(this.#datasets.get("mnist")?.available ?? true);
  }

  #clear() {
    this.#chosen.clear();
    this.#draw();
  }

  #drop(id) {
    this.#chosen.delete(id);
    this.list.drop(id);
  }
}

/** An empty row as high as all rows that are not visible. */
const gap = (height) =>
  html`
    <tr aria-hidden="true" class="gap">
      <td .style=${`height:${height}px`}></td>
    </tr>
  `;

const on = (target, kind, listener) => {
  target.addEventListener(kind, listener);
  return () => target.removeEventListener(kind, listener);
};
