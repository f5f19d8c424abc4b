// How the prediction for the row changed while the network was trained.

import { finite, post } from "../../../api.js";
import { series } from "../../../charts/style.js";
import { whole } from "../../../format.js";
import { html } from "../../../template.js";
import { Latest } from "../../../latest.js";
import { visible } from "../../../visible.js";
import { card } from "../evaluation/curves.js";

/** Milliseconds between the last change of the row and the request, which is slow because it uses all checkpoints. */
const PAUSE = 400;
/** Maximum number of classes or targets that are drawn. */
const LINES = 5;

export class OverEpochs {
  #isOpen = false;
  /** The request for the history of predictions. */
  #question;

  /** @param {string} id of the experiment @param {() => void} draw redraws the page, and then the charts */
  constructor(id, draw) {
    this.id = id;
    this.draw = draw;
    this.#question = new Latest(PAUSE, draw);
  }

  close() {
    this.#question.close();
  }

  /** Called when the row has changed. @param {any} row */
  changed(row) {
    if (this.#isOpen) this.#question.soon(() => this.#ask(row));
  }

  /** @param {any} row */
  #ask(row) {
    return post(`/v1/experiments/${this.id}/predict/history`, { rows: [row] });
  }

  /** @param {() => any} row */
  view(row) {
    const { answer: history, error } = this.#question;
    if (history) {
      const { kept, epochs } = history;
      const said = kept > epochs.length
        ? `${whole(epochs.length)} of the ${whole(kept)} epochs whose checkpoints are kept.`
        : kept === 1
        ? "Only one checkpoint is kept. With “checkpoint”: 1 in the spec, every epoch has one."
        : "";
      return html`
        ${card("chart-over-epochs", "The prediction over the epochs", "The answer by epoch")}
        <p class="muted small" ?hidden=${!said}>${said}</p>
      `;
    }
    const open = () => {
      this.#isOpen = true;
      this.draw();
      this.#question.now(() => this.#ask(row()));
    };
    return html`
      <section class="card" aria-labelledby="over-epochs">
        <h2 id="over-epochs">The prediction over the epochs</h2>
        ${error
          ? html`<p class="muted">${visible(error.message)}</p>`
          : this.#isOpen
          ? html`<p class="muted" role="status">The network of each epoch answers …</p>`
          : html`<button type="button" class="button" @click=${open}>Show how it changed in training</button>`}
      </section>
    `;
  }

  /** The data of the chart, by its id. @returns {[string, any][]} */
  charts() {
    if (!this.#question.answer) return [];
    const { epochs } = this.#question.answer;
    const x = epochs.map((/** @type {any} */ { epoch }) => epoch);
    const rows = epochs.map((/** @type {any} */ { data: [row] }) => numbersOf(row));
    const names = Object.keys(rows.at(-1)).sort((a, b) => rows.at(-1)[b] - rows.at(-1)[a]).slice(0, LINES);
    const lines = names.map((name, i) => ({
      name: visible(name),
      x,
      y: rows.map((/** @type {any} */ row) => finite(row[name])),
      line: { color: series(i).color, dash: "solid", width: 2 },
      symbol: series(i).symbol,
    }));
    const isShare = epochs.at(-1).data[0].probabilities !== null;
    return [["chart-over-epochs", {
      kind: "line",
      series: lines,
      across: "epoch",
      up: {
        title: isShare ? "probability" : "prediction",
        isPercent: isShare,
        isLogarithmic: false,
        isFromZero: isShare,
      },
      hasLegend: lines.length > 1,
      view: "over epochs",
    }]];
  }
}

/** The numbers of a prediction by class or target. @param {any} row @returns {Record<string, any>} */
const numbersOf = ({ prediction, probabilities }) =>
  probabilities ?? (typeof prediction === "object" ? prediction : { prediction });
