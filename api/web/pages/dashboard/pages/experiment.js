// One experiment: its curves as they grow, what it is, what can be done with it.

import { get, post } from "../api.js";
import { datasets } from "../datasets.js";
import { title } from "../format.js";
import { afterRest, paced, perFrame } from "../frame.js";
import { History } from "../history.js";
import { icon } from "../icons.js";
import { subscribe } from "../live.js";
import { metric, withEpoch } from "../metrics.js";
import { loadPlotly } from "../plotly.js";
import { Rereader } from "../reread.js";
import { session } from "../session.js";
import { failure, loading } from "../states.js";
import { html, nothing, render } from "../template.js";
import { attempt } from "../toast.js";
import { actions } from "./experiment/actions.js";
import { downloadCsv } from "./experiment/csv.js";
import { CHARTS, Curves, drawable } from "./experiment/curves.js";
import { edit } from "./experiment/edit.js";
import { facts, fault, head, progress, tiles } from "./experiment/head.js";
import { layers } from "./experiment/layers.js";
import { log, LogLines } from "./experiment/log.js";
import { reproduce, resolved } from "./experiment/reproduce.js";

/** Milliseconds between two drawings of the curves: short runs have fifty epochs a second. */
const CURVE_PACE = 250;
/** Milliseconds after which a run that waits is looked at again: whether a worker has come for it, no event tells. */
const WAITING_PACE = 10_000;

export const open = (root, { params, navigate }) => {
  const page = new ExperimentPage(root, params.id, navigate);
  page.begin();
  return () => page.close();
};

class ExperimentPage {
  #experiment = null;
  #dataset = null;
  #dryRun = undefined;
  #parent = undefined;
  #error = null;
  #curves = new Map();
  #smoothing = 0;
  #logarithmic = false;
  #way = 0;
  #draw = perFrame(() => this.#render());
  #drawCurves = paced(CURVE_PACE, () => this.#renderCurves());
  #reader = new Rereader(() => this.#read(), (error) => this.#fail(error));
  #logReader = new Rereader(() => this.#refreshLog(), () => {});
  #readLog = paced(CURVE_PACE, () => this.#logReader.now());
  #lookAgain = afterRest(WAITING_PACE, () => (document.hidden ? this.#lookAgain() : this.#lookWhetherItWaits()));
  #tellings = 0;
  #told = null;
  #end = () => {};

  constructor(root, id, navigate) {
    this.root = root;
    this.id = id;
    this.navigate = navigate;
    this.history = new History(id);
    this.log = new LogLines(id);
  }

  begin() {
    render(loading(), this.root);
    this.#end = subscribe((event) => this.#hear(event));
    this.#reader.now();
    loadPlotly().catch(() => {}); // who draws says that it cannot be had
  }

  close() {
    this.#end();
    for (const reader of [this.#reader, this.#logReader]) reader.end();
    for (const ask of [this.#draw, this.#drawCurves, this.#readLog, this.#lookAgain]) ask.cancel();
    for (const curves of this.#curves.values()) curves.dispose();
  }

  async #read() {
    const before = this.#tellings;
    const asked = [get(`/v1/experiments/${this.id}`), this.history.read(), this.log.read(), session()];
    const [experiment] = await Promise.all(asked);
    this.#parent = await parentOf(experiment);
    this.#error = null;
    this.#take(before === this.#tellings ? experiment : this.#told); // the answer may be of before
    this.#drawCurves();
    this.#learnMore(experiment);
  }

  #lookWhetherItWaits() {
    if (this.#experiment.status === "queued") this.#reader.now();
  }

  #fail(error) {
    this.#error = error;
    this.#draw();
  }

  /** Do something to it. What its stream has told meanwhile is newer than the answer. */
  async #act(deed) {
    const before = this.#tellings;
    const experiment = await attempt(deed);
    if (experiment && before === this.#tellings) this.#take(experiment);
  }

  /** What does not change while it trains. */
  async #learnMore({ spec }) {
    const [known, dryRun] = await Promise.all([attempt(datasets), this.#dryRun?.layers ? this.#dryRun : tried(spec)]);
    this.#dataset = known?.get(spec.dataset.name) ?? null;
    this.#dryRun = dryRun;
    this.#draw();
  }

  #hear({ kind, experimentId, data }) {
    if (kind === "gap") return void this.#reader.now();
    if (experimentId !== this.id) return;
    if (kind === "log") this.#readLog();
    else if (kind === "epoch") this.#grow(data);
    else this.#change(data);
  }

  #grow(row) {
    if (this.#told) this.#told = withEpoch(this.#told, row);
    if (!this.history.hear(row) || !this.#experiment) return;
    this.#experiment = withEpoch(this.#experiment, row);
    this.#draw();
    this.#drawCurves();
  }

  #change(experiment) {
    this.#tellings += 1;
    this.#told = experiment;
    if (this.history.follow(experiment)) this.#drawCurves();
    if (this.#experiment) this.#take(experiment);
  }

  #take(experiment) {
    this.#experiment = experiment;
    document.title = `${title(experiment)} · Gradus`;
    if (experiment.status === "queued") this.#lookAgain();
    this.#draw();
  }

  async #refreshLog() {
    await this.log.read();
    this.#draw();
  }

  #render() {
    if (this.#error) return render(failure(this.#error, () => this.#reader.now()), this.root);
    if (this.#experiment) render(this.#view(this.#experiment), this.root);
  }

  #view(experiment) {
    const buttons = actions(experiment, { act: (deed) => this.#act(deed), gone: () => this.navigate("/") });
    return html`
      ${head(experiment, () => edit(experiment, (deed) => this.#act(deed)), buttons)}
      <div class="stack">
        ${facts(experiment, this.#dataset)}
        ${fault(experiment)}
        ${progress(experiment)}
        ${tiles(experiment, this.#dataset)}
        ${this.#charts()}
        <div class="halves">${layers(this.#dryRun)}${log(this.log.lines, experiment.error)}</div>
        <div class="halves">
          ${resolved(experiment)}
          ${reproduce(experiment, this.#parent, this.#way, (i) => {
            this.#way = i;
            this.#draw();
          })}
        </div>
      </div>
    `;
  }

  #charts() {
    const { rows } = this.history;
    if (!rows.length) return html`<p class="card muted" role="status">The curves begin with the first epoch.</p>`;
    return html`
      <div class="row curve-controls">
        <label class="check">Smoothing
          <input type="range" min="0" max="0.98" step="0.02" .value=${String(this.#smoothing)} @input=${(event) =>
            this.#smooth(event.target.valueAsNumber)}></label>
        <label class="check"><input type="checkbox" .checked=${this.#logarithmic} @change=${(event) =>
          this.#scale(event.target.checked)}>Log scale</label>
        <button class="button" @click=${() => attempt(() => downloadCsv(this.#experiment))}>${icon(
          "download",
        )}CSV</button>
      </div>
      <div class="halves">${CHARTS.map((chart) => (drawable(chart, rows) ? this.#card(chart, rows) : nothing))}</div>
    `;
  }

  #card(chart, rows) {
    const last = rows.at(-1);
    const said = chart.lines.map(({ key, name }) =>
      `${name} ${metric(key).write(last[key], this.#experiment.spec, this.#dataset)}`
    ).join(", ");
    return html`
      <section class="card chart-card" aria-labelledby="${chart.id}-title">
        <h2 id="${chart.id}-title">${chart.title}</h2>
        <div class="chart ${chart.tall ? "" : "chart-low"}" id="chart-${chart.id}" data-epochs=${rows.length} role="img"
          aria-label="${chart.title} by epoch. After epoch ${last.epoch}: ${said}."></div>
      </section>
    `;
  }

  #renderCurves() {
    this.#draw.cancel();
    this.#render(); // the elements are there before what is drawn into them
    const best = this.#experiment?.best?.epoch;
    const state = { rows: this.history.rows, smoothing: this.#smoothing, logarithmic: this.#logarithmic, best };
    return attempt(() => Promise.all(CHARTS.map((chart) => this.#curve(chart)?.draw(state))));
  }

  /** The drawing of a chart, if the page has a place for it; a place that is gone was another's. */
  #curve(chart) {
    const element = this.root.querySelector(`#chart-${chart.id}`);
    const known = this.#curves.get(chart.id);
    if (known && known.element === element) return known;
    known?.dispose();
    this.#curves.delete(chart.id);
    if (element) this.#curves.set(chart.id, new Curves(element, chart));
    return this.#curves.get(chart.id);
  }

  #smooth(factor) {
    this.#smoothing = factor;
    this.#drawCurves();
  }

  #scale(logarithmic) {
    this.#logarithmic = logarithmic;
    this.#drawCurves();
  }
}

/** What a dry run of the spec says, or why it says nothing. */
const tried = (spec) => post("/v1/experiments?dry_run=true", spec).catch((problem) => ({ problem }));

/** The experiment from whose checkpoint it goes on; undefined if there is none, null if that is gone. */
const parentOf = async ({ forked_from: id, forked_epoch: epoch }) => {
  if (epoch === null) return undefined;
  if (id === null) return null;
  try {
    return await get(`/v1/experiments/${id}`);
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
};
