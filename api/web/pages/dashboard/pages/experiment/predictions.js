// Predictions of the network: a form with the columns that it was trained on. The prediction is updated after every
// change.

import { get, post } from "../../api.js";
import { Charts } from "../../charts/chart.js";
import { fromWorker, Latest } from "../../latest.js";
import { note } from "../../states.js";
import { html, nothing } from "../../template.js";
import { debounced } from "../../throttle.js";
import { attempt } from "../../toast.js";
import { visible, visibleLines } from "../../visible.js";
import { droppable } from "../data/choose.js";
import { epochOf, keptEpochs } from "./epoch_choice.js";
import { answerOf, TOP } from "./predictions/answer.js";
import { controls } from "./predictions/controls.js";
import { Convolutions } from "./predictions/convolutions.js";
import { Downloads } from "./predictions/downloads.js";
import { fieldsOf, sent } from "./predictions/fields.js";
import { AskedFiles } from "./predictions/files.js";
import { base64, input } from "./predictions/inputs.js";
import { OverEpochs } from "./predictions/over_epochs.js";

/** Milliseconds between the last change and the request for a prediction. */
const PAUSE = 120;
/** Number of fields that are shown at first. */
const FIRST = 40;

export class PredictionsTab {
  /** @type {import("./predictions/fields.js").Field[] | null} */
  #fields = null;
  /** @type {any[]} */
  #values = [];
  /** The request for the columns that the network was trained on. */
  #columns = new Latest(PAUSE, () => this.#known());
  /** The request for the prediction of the row. */
  #question = new Latest(PAUSE, () => this.draw());
  #shown = FIRST;
  /** Epochs whose checkpoints are kept. @type {number[]} */
  #kept = [];
  #choice = { epoch: "best", calibrated: false, interval: "" };
  #ask = debounced(PAUSE, () => this.#askNow());
  #files;
  #epochs;
  #convolutions;
  #downloads;
  #charts;
  #endDrop;

  /** @param {import("../experiment.js").TabContext} context */
  constructor({ root, store, draw, render }) {
    this.store = store;
    this.draw = draw;
    this.#charts = new Charts(root);
    this.#epochs = new OverEpochs(store.id, () => {
      render(); // the element must exist before a chart is drawn into it
      attempt(() => Promise.all(this.#epochs.charts().map(([id, given]) => this.#charts.draw(id, given))));
    });
    this.#convolutions = new Convolutions(store.id, draw);
    this.#downloads = new Downloads(store.id, draw);
    this.#files = new AskedFiles(store.id, draw, (file) => this.#showPicture(file));
    this.#endDrop = droppable(root, (files) => this.#files.take(files, this.#options()), () => true);
    this.#begin();
    attempt(async () => {
      this.#kept = await keptEpochs(this.store.id);
      this.draw();
    });
  }

  close() {
    this.#ask.cancel();
    for (const part of [this.#columns, this.#question, this.#epochs, this.#convolutions]) part.close();
    this.#charts.dispose();
    this.#endDrop();
  }

  #begin() {
    this.#question.forget();
    this.#columns.forget();
    this.draw();
    const path = `/v1/experiments/${this.store.id}/export/preprocessing.json`;
    const { epoch } = this.#choice;
    this.#columns.now(async () => fieldsOf(await get(path, { epoch })));
  }

  #known() {
    const fields = this.#columns.answer;
    if (!fields) return this.draw();
    if (!this.#fields) this.#values = fields.map((/** @type {any} */ { start }) => start);
    this.#fields = fields;
    this.#askNow();
  }

  #options() {
    const { epoch, calibrated, interval } = this.#choice;
    return {
      epoch: epochOf(epoch),
      ...(calibrated ? { calibrated } : {}),
      ...(interval ? { interval: Number(interval) } : {}),
    };
  }

  /** The values of the fields, in the form that the service expects. */
  #row() {
    return Object.fromEntries((this.#fields ?? []).map((field, i) => [field.name, sent(field, this.#values[i])]));
  }

  #lacksPicture() {
    return this.#fields?.some(({ form }, i) => form === "picture" && this.#values[i] === null) ?? false;
  }

  #askNow() {
    if (this.#lacksPicture()) {
      this.#question.forget();
      return this.draw();
    }
    this.#columns.error = null;
    const row = this.#row();
    this.#epochs.changed(row);
    this.#convolutions.changed(row, epochOf(this.#choice.epoch));
    const path = `/v1/experiments/${this.store.id}/predict`;
    const body = { rows: [row], top: TOP, ...this.#options() };
    this.#question.now((isLatest) => fromWorker(() => post(path, body), isLatest));
  }

  /** @param {File} file */
  async #showPicture(file) {
    const place = this.#fields?.findIndex(({ type }) => type === "bytes") ?? -1;
    if (place < 0) return;
    this.#values[place] = await base64(file);
    this.#askNow();
  }

  /** @param {number} i @param {any} value */
  #write(i, value) {
    this.#values[i] = value;
    this.draw();
    this.#ask();
  }

  /** @param {any} experiment */
  view(experiment) {
    const { answer } = this.#question;
    const error = this.#columns.error ?? this.#question.error;
    if (!this.#fields) {
      return error ? this.#failure(error) : html`<p class="state" role="status">Loading …</p>`;
    }
    // CSV cannot have pictures or arrays.
    const takesFiles = this.#fields.every(({ form }) => form !== "picture" && form !== "numbers");
    return html`
      ${controls(this.#choice, answer?.data[0], this.#kept, (change, anew) => this.#choose(change, anew))}
      <div class="ask">
        <section class="card" aria-labelledby="ask-row">
          <h2 id="ask-row">A row</h2>
          ${this.#form(this.#fields)}
        </section>
        <section class="card ask-said" aria-labelledby="ask-said">
          <h2 id="ask-said">The answer</h2>
          ${error ? this.#failure(error) : answer ? answerOf(answer) : this.#waiting()}
        </section>
      </div>
      ${this.#lacksPicture() ? nothing : this.#epochs.view(() => this.#row())}
      ${this.#lacksPicture()
        ? nothing
        : this.#convolutions.view(experiment.layers ?? [], () => this.#row(), epochOf(this.#choice.epoch))}
      ${takesFiles ? this.#files.view(() => this.#options()) : nothing} ${this.#downloads.view(this.#choice.epoch)}
    `;
  }

  #waiting() {
    return html`<p class="muted" role="status">${
      this.#lacksPicture() ? "Choose a picture, or drop one on this page." : "The network answers …"
    }</p>`;
  }

  /** @param {import("./predictions/fields.js").Field[]} fields */
  #form(fields) {
    const notes = this.#question.answer?.data[0].notes ?? [];
    const about = (/** @type {string} */ name) =>
      notes.filter((/** @type {any} */ { column }) => column === name).map((/** @type {any} */ one) => one.message);
    const more = () => {
      this.#shown += FIRST;
      this.draw();
    };
    return html`
      <div class="options">
        ${fields.slice(0, this.#shown).map((field, i) =>
          input(field, i, this.#values[i], about(field.name), (value) => this.#write(i, value))
        )}
      </div>
      ${fields.length > this.#shown
        ? html`<p class="row"><button type="button" class="button" @click=${more}>Show more</button>
          <span class="muted">${fields.length - this.#shown} other columns have typical values.</span></p>`
        : nothing}
    `;
  }

  /** @param {Partial<import("./predictions/controls.js").Choice>} change @param {boolean} [anew] */
  #choose(change, anew = false) {
    this.#choice = { ...this.#choice, ...change };
    anew ? this.#begin() : this.#askNow();
  }

  /** @param {any} error */
  #failure(error) {
    return html`
      ${note(
        error.code === "no_checkpoint" ? "info" : "error",
        html`
          <p>${visibleLines(error.message)}</p>
          ${error.errors?.length
            ? html`<ul>${
              error.errors.map((/** @type {any} */ { path, message }) =>
                html`<li>${visible(path.replace(/^rows\/0\//, ""))}: ${visible(message)}</li>`
              )
            }</ul>`
            : nothing}
        `,
      )}
      <p><button type="button" class="button" @click=${() => this.#begin()}>Ask again</button></p>
    `;
  }
}
