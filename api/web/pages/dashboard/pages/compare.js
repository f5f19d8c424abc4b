// Compares several runs: their curves in one chart, the differences of their specs, and their results.

import { at } from "../address.js";
import { get } from "../api.js";
import { Charts } from "../charts/chart.js";
import { loadPlotly } from "../charts/plotly.js";
import { subscribe } from "../events.js";
import { icon } from "../icons.js";
import { has, isLower, label, metrics } from "../metrics.js";
import { failure, loading } from "../states.js";
import { ExperimentStore, snapshotOf } from "../store/experiment.js";
import { Reader } from "../store/reader.js";
import { html, render } from "../template.js";
import { perFrame, throttled } from "../throttle.js";
import { attempt } from "../toast.js";
import { linesOf } from "./compare/chart.js";
import { columns, sorted } from "./compare/columns.js";
import { controls } from "./compare/controls.js";
import { nothingToCompare } from "./compare/nothing.js";
import { table } from "./compare/table.js";
import { describedSpec } from "./new/descriptions.js";

const MOST = 50;
/** Points of each curve: few at first, so that something is visible at once, then as many as a screen can show. */
const FIRST_POINTS = 40;
const ALL_POINTS = 400;
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
  /** @type {Map<string, ExperimentStore>} */
  #stores;
  /** The number of each run's line. @type {Map<string, number>} */
  #places = new Map();
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
  #finer = new Reader({ read: () => this.#readCurves(this.#coarse, ALL_POINTS).then(this.#drawCurves) });
  #unsubscribe = () => {};
  #charts;

  /** @param {HTMLElement} root @param {any} context */
  constructor(root, { query, rewrite }) {
    this.root = root;
    this.rewrite = rewrite;
    this.#charts = new Charts(root);
    /** @type {string[]} */
    this.ids = [...new Set(/** @type {string} */ (query.get("ids") ?? "").split(",").filter(Boolean))].slice(0, MOST);
    this.#key = metrics().some(({ key }) => key === query.get("metric")) ? query.get("metric") : "";
    this.ids.forEach((id, i) => this.#places.set(id, i));
    this.#stores = new Map(this.ids.map((id) => [id, new ExperimentStore(id, ALL_POINTS)]));
  }

  begin() {
    this.#unsubscribe = subscribe((event) => this.#hear(event), () => this.#reader.now());
    this.#draw();
    this.#reader.now();
    if (this.ids.length) loadPlotly().catch(() => {}); // the drawing reports the error
  }

  close() {
    this.#closed = true;
    this.#unsubscribe();
    for (const reader of [this.#reader, this.#finer]) reader.end();
    for (const ask of [this.#draw, this.#drawCurves, this.#highlight]) ask.cancel();
    this.#charts.dispose();
  }

  /** The experiments that exist, in the order of the address. */
  get #experiments() {
    return this.ids.map((id) => this.#stores.get(id)?.experiment).filter((one) => (one ?? null) !== null);
  }

  async #read() {
    if (!this.ids.length) return this.#become("empty");
    const [isWhole, { spec }, coarse] = await Promise.all([
      this.#readRecords(),
      describedSpec(),
      this.#readCurves(this.ids, FIRST_POINTS),
    ]);
    this.#description = spec;
    this.#key ||= this.#experiments.find((one) => one.best_metric)?.best_metric ?? "";
    this.#become(this.#experiments.length ? "shown" : "empty");
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

  /** @returns {Promise<boolean>} whether everything was read */
  async #readRecords() {
    const takes = new Map(this.ids.map((id) => [id, this.#store(id).record.ask()]));
    /** @type {Map<string, any>} */
    let found = new Map();
    try {
      const { data } = await get("/v1/experiments", { id: this.ids, limit: MOST });
      found = new Map(data.map((/** @type {any} */ one) => [one.id, one]));
    } finally {
      for (const [id, take] of takes) if (!found.has(id)) take(null);
    }
    return [...found].map(([id, one]) => takes.get(id)?.(snapshotOf(one))).every(Boolean);
  }

  /**
   * @param {string[]} ids
   * @param {number} points
   * @returns {Promise<string[]>} the ids of the experiments that have more points
   */
  async #readCurves(ids, points) {
    if (!ids.length) return [];
    const takes = ids.map((id) => ({ id, take: this.#store(id).history.ask() }));
    const answer = await get("/v1/metrics", { experiment: ids, max_points: points }).catch((error) => {
      for (const { take } of takes) take(null);
      throw error;
    });
    for (const { id, take } of takes) {
      const { data, last_event: seq } = answer.data[id] ?? { data: [], last_event: 0 };
      if (!take({ value: data, seq })) this.#reader.soon();
    }
    return ids.filter((id) => answer.data[id]?.data.length >= points / 2);
  }

  /** @param {string} id */
  #store(id) {
    return /** @type {ExperimentStore} */ (this.#stores.get(id));
  }

  /** @param {import("../store/snapshot.js").ServiceEvent} event */
  #hear(event) {
    const store = this.#stores.get(event.experiment_id);
    if (!store || !this.ids.includes(store.id)) return;
    if (!store.hear(event)) this.#reader.soon();
    this.#draw();
    this.#drawCurves();
  }

  #render() {
    if (this.#state === "loading") return render(loading(), this.root);
    if (this.#state === "failed") return render(failure(this.#error, () => this.#reader.now()), this.root);
    render(this.#state === "empty" ? nothingToCompare() : this.#view(), this.root);
  }

  #view() {
    const experiments = this.#experiments;
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
          place: (one) => this.#place(one),
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
    const experiments = this.#experiments;
    const drawable = metrics().filter(({ key }) => experiments.some((one) => has(one.latest, key)));
    const shown = { metrics: drawable, key: this.#key, smoothing: this.#smoothing, isLogarithmic: this.#isLogarithmic };
    return controls(shown, {
      choose: (key) => this.#choose(key),
      smooth: (factor) => this.#set(() => (this.#smoothing = factor)),
      scale: (isLogarithmic) => this.#set(() => (this.#isLogarithmic = isLogarithmic)),
    });
  }

  #said() {
    const count = this.#experiments.length;
    return `${label(this.#key)} by epoch, a line for each of ${count} runs; the table below has the numbers.`;
  }

  #renderCurves() {
    if (this.#closed || this.#state !== "shown") return undefined;
    this.#draw.cancel();
    this.#render(); // the element must exist before a chart is drawn into it
    const lines = linesOf({
      experiments: this.#experiments,
      rows: (id) => this.#store(id).rows,
      place: (one) => this.#place(one),
      key: this.#key,
      smoothing: this.#smoothing,
      isLogarithmic: this.#isLogarithmic,
      pointed: this.#pointed,
    });
    return attempt(() => this.#charts.draw("curves", lines));
  }

  /** @param {any} experiment */
  #place({ id }) {
    return this.#places.get(id) ?? 0;
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
    this.#set(() => (this.ids = this.ids.filter((one) => one !== id)));
    this.#remember();
  }

  #remember() {
    this.rewrite(`/compare?ids=${this.ids.join(",")}&metric=${this.#key}`);
  }
}
