// The evaluation of the network: requested when the tab opens, computed by a worker, and kept while the page is open.

import { get, number } from "../../api.js";
import { Charts } from "../../charts/chart.js";
import { figure, whole } from "../../format.js";
import { fromWorker, Latest } from "../../latest.js";
import { note } from "../../states.js";
import { html, nothing } from "../../template.js";
import { throttled } from "../../throttle.js";
import { attempt } from "../../toast.js";
import { visibleLines } from "../../visible.js";
import { keptEpochs } from "./epoch_choice.js";
import { calibrationOf, thresholdsOf } from "./evaluation/calibration.js";
import { classesOf } from "./evaluation/classes.js";
import { confusionOf } from "./evaluation/confusion.js";
import { curveCards, curvesOf } from "./evaluation/curves.js";
import { ErrorRows } from "./evaluation/errors.js";
import { Importance } from "./evaluation/importance.js";
import { groupsOf, metricsOf } from "./evaluation/metrics.js";
import { residualCards, residualsOf } from "./evaluation/residuals.js";

const SPLITS = ["test", "validation", "train"];
const EPOCHS = ["best", "last"];
/** Minimum number of milliseconds between two drawings of the charts, because short runs have fifty epochs a second. */
const CHART_INTERVAL = 250;

export class EvaluationTab {
  #question = new Latest(0, () => this.#answered());
  #choice = { split: "test", epoch: "best", by: "" };
  /** @type {string[] | null} */
  #columns = null;
  /** Epochs whose checkpoints are kept. @type {string[]} */
  #kept = [];
  #class = "";
  #drawCharts = throttled(CHART_INTERVAL, () => this.#renderCharts());
  #charts;
  #errors;
  #importance;

  /** @param {import("../experiment.js").TabContext} context */
  constructor({ root, store, draw, render }) {
    this.store = store;
    this.draw = draw;
    this.render = render;
    this.#charts = new Charts(root);
    this.#errors = new ErrorRows(store.id, draw);
    this.#importance = new Importance(store.id, draw);
    this.#ask();
    attempt(async () => {
      this.#kept = (await keptEpochs(store.id)).map(String);
      draw();
    });
  }

  changed() {
    if (this.#report) this.#drawCharts();
  }

  close() {
    this.#question.close();
    this.#importance.close();
    this.#drawCharts.cancel();
    this.#charts.dispose();
  }

  /** Request the columns of an uploaded data set, once. @param {any} dataset of the spec */
  async #readColumns({ name, version }) {
    if (!version || this.#columns) return;
    this.#columns = [];
    const set = await get(`/v1/datasets/${encodeURIComponent(name)}/versions/${version}`).catch(() => null);
    this.#columns = (set?.columns ?? [])
      .filter((/** @type {any} */ { type }) => type !== "image" && type !== "array")
      .map((/** @type {any} */ { name }) => name);
    this.draw();
  }

  get #report() {
    return this.#question.answer;
  }

  #ask() {
    this.#question.forget();
    this.#errors.close();
    this.#importance.close();
    this.draw();
    const path = `/v1/experiments/${this.store.id}/evaluation`;
    this.#question.now((isLatest) => fromWorker(() => get(path, { ...this.#choice }), isLatest));
  }

  #answered() {
    if (!this.#report) return this.draw();
    this.#class = this.#report.curves[0]?.name ?? "";
    this.#renderCharts();
  }

  #renderCharts() {
    this.render(); // the elements must exist before charts are drawn into them
    const report = this.#report;
    return attempt(() =>
      Promise.all(
        [...curvesOf(report, this.#class), ...residualsOf(report)].map(([id, given]) => this.#charts.draw(id, given)),
      )
    );
  }

  /** @param {any} experiment */
  view(experiment) {
    this.#readColumns(experiment.spec.dataset);
    return html`
      ${this.#controls()} ${this.#question.error
        ? this.#failure(this.#question.error)
        : this.#report
        ? this.#parts(this.#report, experiment)
        : html`<p class="state" role="status">A worker evaluates the network …</p>`}
    `;
  }

  #controls() {
    return html`
      <div class="row evaluation-controls">
        ${this.#select("Split", "split", SPLITS)} ${this.#select("Epoch", "epoch", [
          ...EPOCHS,
          ...this.#kept,
        ])} ${this.#columns?.length ? this.#select("Groups", "by", ["", ...this.#columns]) : nothing}
        ${this.#report
          ? html`<p class="muted">${whole(this.#report.n)} examples, weights of epoch ${whole(this.#report.epoch)}${
            this.#report.weighted ? ", losses weighted" : ""
          }${
            this.#report.effective_examples
              ? `; trained with weights, as if with ${
                figure(number(this.#report.effective_examples))
              } examples of equal weight`
              : ""
          }</p>`
          : nothing}
      </div>
    `;
  }

  /** @param {string} label @param {"split" | "epoch" | "by"} key @param {string[]} values */
  #select(label, key, values) {
    const change = (/** @type {any} */ event) => {
      this.#choice = { ...this.#choice, [key]: event.target.value };
      this.#ask();
    };
    return html`
      <label class="check">${label}
        <select class="input" @change=${change}>${values.map((value) =>
          html`<option value=${value} ?selected=${value === this.#choice[key]}>${value || "none"}</option>`
        )}</select></label>
    `;
  }

  /** @param {Error} error */
  #failure(error) {
    return html`
      ${note(/** @type {any} */ (error).code === "no_checkpoint" ? "info" : "error", visibleLines(error.message))}
      <p><button class="button" @click=${() => this.#ask()}>Evaluate again</button></p>
    `;
  }

  /** @param {any} report @param {any} experiment */
  #parts(report, experiment) {
    const openCell = (/** @type {string} */ given, /** @type {string} */ predicted) =>
      this.#errors.open({ split: report.split, epoch: this.#choice.epoch, given, predicted });
    const choose = (/** @type {string} */ name) => {
      this.#class = name;
      this.#renderCharts();
    };
    return html`
      ${metricsOf(report)} ${confusionOf(report, openCell)} ${this.#errors.view()}
      ${curveCards(report, this.#class, choose)} ${classesOf(report)} ${calibrationOf(report)} ${thresholdsOf(report)}
      ${residualCards(report)} ${groupsOf(report)} ${experiment.input_shape?.length === 1
        ? this.#importance.view(this.#choice)
        : nothing}
    `;
  }
}
