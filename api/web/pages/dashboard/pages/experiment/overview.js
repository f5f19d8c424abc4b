// The overview of an experiment: its most important numbers, and its curves, updated live.

import { Charts } from "../../charts/chart.js";
import { bytes, duration } from "../../format.js";
import { icon } from "../../icons.js";
import { has, lossOf, measuredIn, metric, metrics, written } from "../../metrics.js";
import { html, nothing } from "../../template.js";
import { throttled } from "../../throttle.js";
import { attempt } from "../../toast.js";
import { downloadCsv } from "./csv.js";
import { linesOf, panelsOf, saidOf } from "./curves.js";

/** Minimum number of milliseconds between two drawings of the curves, because short runs have fifty epochs a second. */
const CURVE_INTERVAL = 250;

export class OverviewTab {
  #smoothing = 0;
  #isLogarithmic = false;
  #drawCurves = throttled(CURVE_INTERVAL, () => this.#renderCurves());
  #charts;

  /** @param {import("../experiment.js").TabContext} context */
  constructor({ root, store, render }) {
    this.store = store;
    this.render = render;
    this.#charts = new Charts(root);
  }

  read() {
    return this.store.readHistory();
  }

  changed() {
    this.#drawCurves();
  }

  close() {
    this.#drawCurves.cancel();
    this.#charts.dispose();
  }

  /** @param {any} experiment */
  view(experiment) {
    const { rows } = this.store;
    return html`
      ${tiles(experiment)}
      ${rows.length ? this.#curves(experiment, rows) : html`
        <p class="card muted" role="status">The curves begin with the first epoch.</p>
      `}
    `;
  }

  /** @param {any} experiment @param {any[]} rows */
  #curves(experiment, rows) {
    return html`
      <div class="row curve-controls">
        <label class="check">Smoothing
          <input type="range" min="0" max="0.98" step="0.02" .value=${String(this.#smoothing)}
            @input=${(/** @type {any} */ event) =>
              this.#set(() => (this.#smoothing = event.target.valueAsNumber))}></label>
        <label class="check"><input type="checkbox" .checked=${this.#isLogarithmic}
            @change=${(/** @type {any} */ event) =>
              this.#set(() => (this.#isLogarithmic = event.target.checked))}>Log scale</label>
        <button class="button" @click=${() => attempt(() => downloadCsv(experiment))}>${icon("download")}CSV</button>
      </div>
      <div class="halves">${panelsOf(rows).map((panel) => card(panel, rows, experiment))}</div>
    `;
  }

  /** @param {() => void} change */
  #set(change) {
    change();
    this.#drawCurves();
  }

  #renderCurves() {
    this.render(); // the elements must exist before charts are drawn into them
    const { rows, experiment, findings } = this.store;
    const state = { rows, experiment, findings, smoothing: this.#smoothing, isLogarithmic: this.#isLogarithmic };
    return attempt(() =>
      Promise.all(panelsOf(rows).map((panel) => this.#charts.draw(panel.id, linesOf(panel, state))))
    );
  }
}

/** @param {import("./curves.js").Panel} panel @param {any[]} rows @param {any} experiment */
const card = (panel, rows, experiment) => {
  const last = rows.at(-1);
  return html`
    <section class="card chart-card" aria-labelledby="${panel.id}-title">
      <h2 id="${panel.id}-title">${panel.title}</h2>
      <div class="chart ${panel.isMain ? "" : "chart-low"}" id=${panel.id} data-epochs=${rows.length} role="img"
        aria-label="${panel.title} by epoch. After epoch ${last.epoch}: ${saidOf(panel, last, experiment)}."></div>
    </section>
  `;
};

/** @param {any} experiment */
const tiles = (experiment) => {
  const { best, latest, best_metric: key } = experiment;
  if (!best) return nothing;
  const [score, test] = [metric(key), testOf(key, best)];
  const [train, validation] = [lossOf("train"), lossOf("validation")];
  const [time, speed] = [measuredIn("s"), measuredIn("1/s")];
  const of = (/** @type {any} */ row, /** @type {any} */ one) => one ? written(one.key, row[one.key], experiment) : "–";
  return html`
    <div class="tiles">
      ${tile(`Best ${score.label.toLowerCase()}`, of(best, score), `epoch ${best.epoch}`)}
      ${test ? tile(`${test.label} there`, of(best, test), `loss ${of(best, lossOf("test"))}`) : nothing}
      ${tile(`${train?.label} now`, of(latest, train), `validation ${of(latest, validation)}`)}
      ${time ? tile(time.label, duration(latest[time.key]), besideTime(experiment, of(latest, speed))) : nothing}
    </div>
  `;
};

/** @param {any} experiment @param {string} speed */
const besideTime = ({ peak_memory_bytes: peak }, speed) =>
  `${speed} examples per second${peak ? `, ${bytes(peak)} of memory` : ""}`;

/** The test metric that is shown beside a best validation value. @param {string} key @param {any} best */
const testOf = (key, best) =>
  metrics().find(({ panel, split, key: other }) =>
    split === "test" && panel === metric(key).panel && has(best, other)
  ) ??
    lossOf("test");

/** @param {string} name @param {string} value @param {string} beside */
const tile = (name, value, beside) =>
  html`
    <div class="card tile">
      <h2>${name}</h2>
      <p class="tile-value">${value}</p>
      <p class="muted small">${beside}</p>
    </div>
  `;
