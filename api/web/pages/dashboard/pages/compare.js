// Compares several runs: their curves in one chart, the differences of their specs, and their results.

import { at } from "../address.js";
import { Charts } from "../charts/chart.js";
import { loadPlotly } from "../charts/plotly.js";
import { subscribe } from "../events.js";
import { icon } from "../icons.js";
import { has, isLower, label, metrics } from "../metrics.js";
import { failure, loading } from "../states.js";
import { Reader } from "../store/reader.js";
import { html, render } from "../template.js";
import { perFrame, throttled } from "../throttle.js";
import { attempt } from "../toast.js";
import { linesOf } from "./compare/chart.js";
import { columns, sorted } from "./compare/columns.js";
import { controls } from "./compare/controls.js";
import { nothingToCompare } from "./compare/nothing.js";
import { ALL_POINTS, ComparedRuns } from "./compare/runs.js";
import { table } from "./compare/table.js";
import { describedSpec } from "./new/descriptions.js";

/** Points of each curve at first: few, so that something is visible at once. */
const FIRST_POINTS = 40;
/** Milliseconds between two drawings of the curves. */
const CURVE_INTERVAL = 400;

/** @param {HTMLElement} root @param {any} context */
export const open = (root, context) => {
  const page = new ComparePage(root, context);
  page.begin();
  return () => page.close();
};

/** @type {["best" | "latest", string][]} */
const EPOCHS = [["best", "Best epoch"], ["latest", "Last epoch"]];

class ComparePage {
  #runs;
  /** @type {any} */
  #description = null;
  /** @type {string} */
  #key = "";
  /** @type {"best" | "latest"} */
  #at = "best";
  /** @type {{ key: string, down: boolean } | null} */
  #sort = null;
  #smoothing = 0;
  #isLogarithmic = false;
  /** @type {string | null} */
  #pointed = null;
  #state = "loading";
  /** @type {Error | null} */
  #error = null;
  #closed = false;
  #draw = perFrame(() => this.#render());
  #drawCurves = throttled(CURVE_INTERVAL, () => this.#renderCurves());
  #highlight = throttled(60, () => this.#renderCurves());
  #reader = new Reader({ read: () => this.#read(), failed: (error) => this.#fail(error) });
  /** The ids of the runs that have more points than are drawn. @type {string[]} */
  #coarse = [];
  #finer = new Reader({ read: () => this.#runs.readCurves(this.#coarse, ALL_POINTS).then(this.#drawCurves) });
  #unsubscribe = () => {};
  #charts;

  /** @param {HTMLElement} root @param {any} context */
  constructor(root, { query, rewrite }) {
    this.root = root;
    this.rewrite = rewrite;
    this.#charts = new Charts(root);
    const ids = /** @type {string} */ (query.get("ids") ?? "").split(",").filter(Boolean);
    this.#runs = new ComparedRuns(ids, () => this.#reader.soon());
    this.#key = metrics().some(({ key }) => key === query.get("metric")) ? query.get("metric") : "";
  }

  begin() {
    this.#unsubscribe = subscribe((event) => this.#hear(event), () => this.#reader.now());
    this.#draw();
    this.#reader.now();
    if (this.#runs.ids.length) loadPlotly().catch(() => {}); // the drawing reports the error
  }

  close() {
    this.#closed = true;
    this.#unsubscribe();
    for (const reader of [this.#reader, this.#finer]) reader.end();
    for (const ask of [this.#draw, this.#drawCurves, this.#highlight]) ask.cancel();
    this.#charts.dispose();
  }

  async #read() {
    if (!this.#runs.ids.length) return this.#become("empty");
    const [isWhole, { spec }, coarse] = await Promise.all([
      this.#runs.readRecords(),
      describedSpec(),
      this.#runs.readCurves(this.#runs.ids, FIRST_POINTS),
    ]);
    this.#description = spec;
    this.#key ||= this.#runs.experiments.find((one) => one.best_metric)?.best_metric ?? "";
    this.#become(this.#runs.experiments.length ? "shown" : "empty");
    this.#coarse = coarse;
    await this.#renderCurves();
    this.#finer.now();
    return isWhole;
  }

  /** @param {Error} error */
  #fail(error) {
    this.#error = error;
    this.#become("failed");
  }

  /** @param {string} state */
  #become(state) {
    this.#state = state;
    if (!this.#closed) this.#draw();
  }

  /** @param {import("../store/snapshot.js").ServiceEvent} event */
  #hear(event) {
    if (!this.#runs.hear(event)) return;
    this.#draw();
    this.#drawCurves();
  }

  #render() {
    if (this.#state === "loading") return render(loading(), this.root);
    if (this.#state === "failed") return render(failure(this.#error, () => this.#reader.now()), this.root);
    render(this.#state === "empty" ? nothingToCompare() : this.#view(), this.root);
  }

  #view() {
    const experiments = this.#runs.experiments;
    const shown = columns(experiments, this.#description, this.#at, this.#key);
    const sort = this.#sort ??
      { key: shown.find(({ key }) => key === this.#key)?.key ?? shown[0].key, down: !isLower(this.#key) };
    const column = shown.find(({ key }) => key === sort.key) ?? shown[0];
    return html`
      <div class="head">
        <h1>Compare ${experiments.length} runs</h1>
        <a class="button" href=${at("/")}>${icon("plus")}Choose others</a>
      </div>
      <div class="stack">
        <section class="card" aria-labelledby="curves-title">
          <div class="card-head compare-head"><h2 id="curves-title">Curves</h2>${this.#controls()}</div>
          <div class="chart compare-chart" id="curves" role="img" aria-label=${this.#said()}></div>
        </section>
        <div class="card-head compare-head">
          <h2>Differences and results</h2>
          <div class="segments" role="group" aria-label="Values of which epoch">
            ${EPOCHS.map(([at, word]) =>
              html`<button aria-pressed=${this.#at === at} @click=${() =>
                this.#set(() => (this.#at = at))}>${word}</button>`
            )}
          </div>
        </div>
        ${table({
          rows: sorted(experiments, column, sort.down),
          columns: shown,
          sort,
          place: (one) => this.#runs.place(one),
          turn: (one) =>
            this.#set(
              () => (this.#sort = { key: one.key, down: one.key === sort.key ? !sort.down : one.number && !one.lower }),
            ),
          point: (id) => this.#point(id),
          drop: (id) => this.#drop(id),
        })}
      </div>
    `;
  }

  #controls() {
    const experiments = this.#runs.experiments;
    const drawable = metrics().filter(({ key }) => experiments.some((one) => has(one.latest, key)));
    const shown = { metrics: drawable, key: this.#key, smoothing: this.#smoothing, isLogarithmic: this.#isLogarithmic };
    return controls(shown, {
      choose: (key) => this.#choose(key),
      smooth: (factor) => this.#set(() => (this.#smoothing = factor)),
      scale: (isLogarithmic) => this.#set(() => (this.#isLogarithmic = isLogarithmic)),
    });
  }

  #said() {
    const count = this.#runs.experiments.length;
    return `${label(this.#key)} by epoch, a line for each of ${count} runs; the table below has the numbers.`;
  }

  #renderCurves() {
    if (this.#closed || this.#state !== "shown") return undefined;
    this.#draw.cancel();
    this.#render(); // the element must exist before a chart is drawn into it
    const lines = linesOf({
      experiments: this.#runs.experiments,
      rows: (id) => this.#runs.rows(id),
      place: (one) => this.#runs.place(one),
      key: this.#key,
      smoothing: this.#smoothing,
      isLogarithmic: this.#isLogarithmic,
      pointed: this.#pointed,
    });
    return attempt(() => this.#charts.draw("curves", lines));
  }

  /** @param {() => void} change */
  #set(change) {
    change();
    this.#draw();
    this.#drawCurves();
  }

  /** @param {string} key */
  #choose(key) {
    this.#set(() => {
      this.#key = key;
      this.#sort = null;
    });
    this.#remember();
  }

  /** @param {string | null} id */
  #point(id) {
    this.#pointed = id;
    this.#highlight();
  }

  /** @param {string} id */
  #drop(id) {
    this.#set(() => this.#runs.drop(id));
    this.#remember();
  }

  #remember() {
    this.rewrite(`/compare?ids=${this.#runs.ids.join(",")}&metric=${this.#key}`);
  }
}
