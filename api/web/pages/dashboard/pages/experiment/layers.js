// The layers of the network: their statistics by epoch, histograms, and shapes.

import { get } from "../../api.js";
import { Charts } from "../../charts/chart.js";
import { figure } from "../../format.js";
import { html, nothing } from "../../template.js";
import { throttled } from "../../throttle.js";
import { attempt } from "../../toast.js";
import { histogramsOf, KINDS } from "./layers/histograms.js";
import { heatMapOf, measured, ofNetwork, scaleOf, STATISTICS } from "./layers/statistics.js";
import { table } from "./layers/table.js";

/** Polling interval for new epochs in milliseconds. */
const INTERVAL = 1000;
/** Maximum number of epochs that are shown. */
const POINTS = 200;
/** Minimum width in pixels of a page with three histograms side by side. */
const NARROW = 600;
/** Height in pixels of a heat map's row, and of everything around the rows. */
const [ROW, MAP_EDGES] = [28, 60];

export class LayersTab {
  /** @type {any[]} */
  #reports = [];
  /** @type {any[]} */
  #histograms = [];
  #statistic = STATISTICS[0];
  #layer = "";
  #kind = "weights";
  #closed = false;
  #isDrawn = false;
  #readAgain = throttled(INTERVAL, () => attempt(() => this.read()));
  #charts;

  /** @param {import("../experiment.js").TabContext} context */
  constructor({ root, store, render }) {
    this.root = root;
    this.store = store;
    this.render = render;
    this.#charts = new Charts(root);
  }

  async read() {
    const { data } = await get(`/v1/experiments/${this.store.id}/layers`, { max_points: POINTS });
    this.#reports = data;
    const names = (data.at(-1)?.layers ?? []).map((/** @type {any} */ layer) => layer.name);
    if (!names.includes(this.#layer)) this.#layer = names[0] ?? "";
    const choices = measured(data);
    if (!choices.includes(this.#statistic)) this.#statistic = choices[0] ?? STATISTICS[0];
    await this.#readHistograms();
  }

  async #readHistograms() {
    if (this.#isFull && this.#layer && !this.#closed) {
      const path = `/v1/experiments/${this.store.id}/layers/${this.#layer}/histograms`;
      this.#histograms = (await get(path, { max_points: 12 })).data;
    }
    this.#renderCharts();
  }

  changed() {
    if (!this.#isDrawn) attempt(() => this.#readHistograms()); // the layers arrived before the experiment
    const { latest } = this.store.experiment ?? {};
    if (latest && latest.epoch > (this.#reports.at(-1)?.epoch ?? 0)) this.#readAgain();
  }

  close() {
    this.#closed = true;
    this.#readAgain.cancel();
    this.#charts.dispose();
  }

  #renderCharts() {
    if (this.#closed || !this.store.experiment) return undefined;
    this.render(); // the elements must exist before charts are drawn into them
    if (!this.#reports.length) return undefined;
    this.#isDrawn = true;
    this.#fitMap();
    const histograms = histogramsOf(this.#histograms, this.#kind, this.root.clientWidth < NARROW ? 3 : 6);
    return attempt(() =>
      Promise.all([
        this.#charts.draw("layers-map", heatMapOf(this.#reports, this.#statistic)),
        histograms ? this.#charts.draw("layers-histograms", histograms) : undefined,
      ])
    );
  }

  /** The height of the heat map: a row has the same height in every network. */
  #fitMap() {
    const map = /** @type {HTMLElement | null} */ (this.root.querySelector("#layers-map"));
    const rows = this.#reports.at(-1).layers.length;
    if (map) map.style.height = `${MAP_EDGES + ROW * Math.max(3, rows)}px`;
  }

  /** @param {any} experiment */
  view(experiment) {
    return html`
      ${this.#reports.length ? this.#measured() : nothingMeasured(experiment)}
      <section class="card" aria-labelledby="layers-title">
        <h2 id="layers-title">Layers</h2>
        ${experiment.layers ? table(experiment) : html`<p class="muted">Loading …</p>`}
      </section>
    `;
  }

  #measured() {
    const last = this.#reports.at(-1);
    return html`
      <section class="card" aria-labelledby="layers-map-title">
        <h2 id="layers-map-title">What each epoch did</h2>
        <div class="row evaluation-controls">
          ${select(
            "Statistic",
            measured(this.#reports).map(({ key, label }) => [key, label]),
            this.#statistic.key,
            (key) => this.#set(() => (this.#statistic = STATISTICS.find((one) => one.key === key) ?? STATISTICS[0])),
          )}
        </div>
        <div class="chart" id="layers-map" role="img" data-epochs=${this.#reports.length}
          aria-label="${this.#statistic.label} by layer and epoch."></div>
        <p class="muted small below">${scaleOf(this.#reports, this.#statistic)}</p>
        ${facts(last)}
      </section>
      ${this.#isFull ? (this.#histograms.length ? this.#histogramCard(last) : nothing) : unrecorded}
    `;
  }

  get #isFull() {
    return this.store.experiment?.spec?.statistics === "full";
  }

  /** @param {any} last */
  #histogramCard(last) {
    const names = last.layers.map((/** @type {any} */ { name }) => [name, name]);
    return html`
      <section class="card" aria-labelledby="layers-histograms-title">
        <h2 id="layers-histograms-title">Histograms</h2>
        <div class="row evaluation-controls">
          ${select("Layer", names, this.#layer, (name) => {
            this.#layer = name;
            attempt(() => this.#readHistograms());
          })}
          ${select(
            "Of",
            KINDS.map(({ key, label }) => [key, label]),
            this.#kind,
            (key) => this.#set(() => (this.#kind = key)),
          )}
        </div>
        ${histogramsOf(this.#histograms, this.#kind)
          ? html`
            <div class="chart chart-low" id="layers-histograms" role="img"
              aria-label="Histograms over the epochs."></div>
          `
          : html`<p class="muted">This layer has no such histograms.</p>`}
      </section>
    `;
  }

  /** @param {() => void} change */
  #set(change) {
    change();
    this.#renderCharts();
  }
}

/** The statistics of the whole network. @param {any} report */
const facts = (report) =>
  html`
    <p class="muted small">After epoch ${report.epoch}: ${ofNetwork(report).map(({ key, label, what }, i) =>
      html`${i ? " · " : ""}<span title=${what}>${label} ${figure(report[key], 3)}</span>`
    )}</p>
  `;

const unrecorded = html`
  <p
    class="muted small">Histograms are recorded with <code>"statistics": "full"</code>, which does not change the results: fork this experiment from the start with it.</p>
`;

/** @param {any} experiment */
const nothingMeasured = (experiment) =>
  html`
    <p class="card muted" role="status">${experiment.spec?.statistics === "off"
      ? 'The layers are not measured: the spec has "statistics": "off".'
      : "The statistics of the layers appear after the first epoch."}</p>
  `;

/** @param {string} label @param {string[][]} choices @param {string} chosen @param {(key: string) => void} choose */
const select = (label, choices, chosen, choose) =>
  html`
    <label class="check">${label}
      <select class="input" @change=${(/** @type {any} */ event) => choose(event.target.value)}>${choices.map(
        ([key, text]) => html`<option value=${key} ?selected=${key === chosen}>${text}</option>`,
      )}</select></label>
  `;
