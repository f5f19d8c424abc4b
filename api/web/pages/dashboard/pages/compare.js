// Several runs over each other: their curves, where their specs differ, what came of it.

import { at } from "../address.js";
import { get } from "../api.js";
import { paced, perFrame } from "../frame.js";
import { History } from "../history.js";
import { icon } from "../icons.js";
import { subscribe } from "../live.js";
import { has, metric, METRICS, withEpoch } from "../metrics.js";
import { loadPlotly } from "../plotly.js";
import { Rereader } from "../reread.js";
import { failure, loading } from "../states.js";
import { html, render } from "../template.js";
import { attempt } from "../toast.js";
import { CompareChart } from "./compare/chart.js";
import { columns, sorted } from "./compare/columns.js";
import { controls } from "./compare/controls.js";
import { nothingToCompare } from "./compare/nothing.js";
import { table } from "./compare/table.js";
import { catalogue } from "./new/catalogue.js";

const MOST = 50;
/** Points of each curve: few, so that something is there at once, and then as many as the eye can use. */
const FIRST_POINTS = 40;
const ALL_POINTS = 400;
const CURVE_PACE = 400;

export const open = (root, context) => {
  const page = new ComparePage(root, context);
  page.begin();
  return () => page.close();
};

class ComparePage {
  #experiments = [];
  #histories;
  #places = new Map();
  #description = null;
  #chart = null;
  #key = null;
  #at = "best";
  #sort = null;
  #smoothing = 0;
  #logarithmic = false;
  #pointed = null;
  #state = "loading";
  #error = null;
  #closed = false;
  /** What the stream tells while the service is asked, whose answers may be of before; null when nobody asks. */
  #meanwhile = null;
  #draw = perFrame(() => this.#render());
  #drawCurves = paced(CURVE_PACE, () => this.#renderCurves());
  #highlight = paced(60, () => this.#renderCurves());
  #reader = new Rereader(() => this.#read(), (error) => this.#fail(error));
  /** The ids of those that have more points than are drawn. */
  #coarse = [];
  #finer = new Rereader(() => this.#readCurves(this.#coarse, ALL_POINTS).then(this.#drawCurves), () => {});
  #end = () => {};

  constructor(root, { query, rewrite }) {
    this.root = root;
    this.rewrite = rewrite;
    this.ids = [...new Set((query.get("ids") ?? "").split(",").filter(Boolean))].slice(0, MOST);
    this.#key = METRICS.some(({ key }) => key === query.get("metric")) ? query.get("metric") : null;
    this.ids.forEach((id, i) => this.#places.set(id, i));
    this.#histories = new Map(this.ids.map((id) => [id, new History(id, ALL_POINTS)]));
  }

  begin() {
    this.#end = subscribe((event) => this.#hear(event));
    this.#draw();
    this.#reader.now();
    if (this.ids.length) loadPlotly().catch(() => {}); // who draws says that it cannot be had
  }

  close() {
    this.#closed = true;
    this.#end();
    for (const reader of [this.#reader, this.#finer]) reader.end();
    for (const ask of [this.#draw, this.#drawCurves, this.#highlight]) ask.cancel();
    this.#chart?.dispose();
  }

  async #read() {
    if (!this.ids.length) return this.#become("empty");
    const meanwhile = (this.#meanwhile = []);
    try {
      const asked = [
        get("/v1/experiments", { id: this.ids, limit: MOST }),
        catalogue(),
        this.#readCurves(this.ids, FIRST_POINTS),
      ];
      const [page, { spec }, coarse] = await Promise.all(asked);
      this.#description = spec;
      this.#experiments = page.data.toSorted((one, other) => this.#places.get(one.id) - this.#places.get(other.id));
      this.#key ??= has(this.#experiments.find((one) => one.best)?.best, "validation_accuracy")
        ? "validation_accuracy"
        : "validation_loss";
      this.#become(this.#experiments.length ? "shown" : "empty");
      this.#catchUp();
      this.#coarse = coarse;
      await this.#renderCurves();
      this.#finer.now();
    } finally {
      if (meanwhile === this.#meanwhile) this.#catchUp();
    }
  }

  #fail(error) {
    this.#error = error;
    this.#become("failed");
  }

  #catchUp() {
    const events = this.#meanwhile ?? [];
    this.#meanwhile = null;
    for (const event of events) this.#hear(event);
  }

  #become(state) {
    this.#state = state;
    if (!this.#closed) this.#draw();
  }

  /** @returns the ids of those that have more points than that */
  async #readCurves(ids, points) {
    if (!ids.length) return [];
    const takes = ids.map((id) => [id, this.#histories.get(id).ask()]);
    const { data } = await get("/v1/metrics", { experiment: ids, max_points: points });
    for (const [id, take] of takes) take(data[id] ?? { data: [] });
    return ids.filter((id) => data[id]?.data.length >= points / 2);
  }

  #hear(event) {
    const { kind, experimentId, data } = event;
    if (kind === "gap") return void this.#reader.now();
    if (this.#meanwhile) return void this.#meanwhile.push(event);
    const i = this.#experiments.findIndex((one) => one.id === experimentId);
    if (i < 0 || kind === "log") return;
    const one = this.#experiments[i];
    if (kind === "epoch") this.#histories.get(experimentId).hear(data);
    else this.#histories.get(experimentId).follow(data);
    this.#experiments = this.#experiments.with(i, kind === "epoch" ? withEpoch(one, data) : data);
    this.#draw();
    this.#drawCurves();
  }

  #render() {
    if (this.#state === "loading") return render(loading(), this.root);
    if (this.#state === "failed") return render(failure(this.#error, () => this.#reader.now()), this.root);
    render(this.#state === "empty" ? nothingToCompare() : this.#view(), this.root);
  }

  #view() {
    const shown = columns(this.#experiments, this.#description, this.#at, this.#key);
    const sort = this.#sort ??
      { key: shown.find(({ key }) => key === this.#key)?.key ?? shown[0].key, down: !metric(this.#key)?.lower };
    const column = shown.find(({ key }) => key === sort.key) ?? shown[0];
    return html`
      <div class="head">
        <h1>Compare ${this.#experiments.length} runs</h1>
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
            ${[["best", "Best epoch"], ["latest", "Last epoch"]].map(([at, word]) =>
              html`<button aria-pressed=${this.#at === at} @click=${() =>
                this.#set(() => (this.#at = at))}>${word}</button>`
            )}
          </div>
        </div>
        ${table({
          rows: sorted(this.#experiments, column, sort.down),
          columns: shown,
          sort,
          place: (one) => this.#places.get(one.id),
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
    const drawable = METRICS.filter(({ key }) => this.#experiments.some((one) => has(one.latest, key)));
    return controls({ metrics: drawable, key: this.#key, smoothing: this.#smoothing, logarithmic: this.#logarithmic }, {
      choose: (key) => this.#choose(key),
      smooth: (factor) => this.#set(() => (this.#smoothing = factor)),
      scale: (logarithmic) => this.#set(() => (this.#logarithmic = logarithmic)),
    });
  }

  #said() {
    return `${
      metric(this.#key).label.toLowerCase()
    } by epoch, a line for each of ${this.#experiments.length} runs; the table below has the numbers.`;
  }

  #renderCurves() {
    if (this.#closed || this.#state !== "shown") return undefined;
    this.#draw.cancel();
    this.#render();
    return attempt(() =>
      this.#place().draw({
        experiments: this.#experiments,
        rows: (id) => this.#histories.get(id).rows,
        place: (one) => this.#places.get(one.id),
        key: this.#key,
        smoothing: this.#smoothing,
        logarithmic: this.#logarithmic,
        pointed: this.#pointed,
      })
    );
  }

  /** The drawing; one whose place is gone was another's. */
  #place() {
    const element = this.root.querySelector("#curves");
    if (this.#chart?.element !== element) {
      this.#chart?.dispose();
      this.#chart = new CompareChart(element);
    }
    return this.#chart;
  }

  #set(change) {
    change();
    this.#draw();
    this.#drawCurves();
  }

  #choose(key) {
    this.#set(() => {
      this.#key = key;
      this.#sort = null;
    });
    this.#remember();
  }

  #point(id) {
    this.#pointed = id;
    this.#highlight();
  }

  #drop(id) {
    this.ids = this.ids.filter((one) => one !== id);
    this.#set(() => (this.#experiments = this.#experiments.filter((one) => one.id !== id)));
    this.#remember();
  }

  #remember() {
    this.rewrite(`/compare?ids=${this.ids.join(",")}&metric=${this.#key}`);
  }
}
