// How the answer to the row changed while the network was trained.

import { finite, post } from "../../../api.js";
import { series } from "../../../charts/style.js";
import { whole } from "../../../format.js";
import { html } from "../../../template.js";
import { debounced } from "../../../throttle.js";
import { visible } from "../../../visible.js";
import { card } from "../evaluation/curves.js";

/** Milliseconds after the last change of the row: an answer takes all checkpoints. */
const PAUSE = 400;
/** Classes or targets that are drawn. */
const LINES = 5;

export class OverEpochs {
  /** @type {any} */
  #history = null;
  /** @type {Error | null} */
  #error = null;
  #isOpen = false;
  #asked = 0;
  #ask = debounced(PAUSE, (/** @type {any} */ row) => this.#askNow(row));

  /** @param {string} id of the experiment @param {() => void} draw after which the charts are drawn */
  constructor(id, draw) {
    this.id = id;
    this.draw = draw;
  }

  close() {
    this.#asked = -1;
    this.#ask.cancel();
  }

  /** The row is another now. @param {any} row */
  changed(row) {
    if (this.#isOpen) this.#ask(row);
  }

  /** @param {any} row */
  async #askNow(row) {
    const asked = ++this.#asked;
    try {
      const history = await post(`/v1/experiments/${this.id}/predict/history`, { rows: [row] });
      if (this.#asked !== asked) return;
      [this.#history, this.#error] = [history, null];
    } catch (error) {
      if (this.#asked !== asked) return;
      [this.#history, this.#error] = [null, /** @type {Error} */ (error)];
    }
    this.draw();
  }

  /** @param {() => any} row */
  view(row) {
    if (this.#history && !this.#error) {
      const { kept, epochs } = this.#history;
      const said = kept > epochs.length
        ? `${whole(epochs.length)} of the ${whole(kept)} epochs whose checkpoints are kept.`
        : kept === 1
        ? "One checkpoint is kept: with “checkpoint”: 1 in the spec, every epoch can be asked."
        : "";
      return html`
        ${card("chart-over-epochs", "The answer over the epochs", "The answer by epoch")}
        <p class="muted small" ?hidden=${!said}>${said}</p>
      `;
    }
    const open = () => {
      this.#isOpen = true;
      this.draw();
      this.#askNow(row());
    };
    return html`
      <section class="card" aria-labelledby="over-epochs">
        <h2 id="over-epochs">The answer over the epochs</h2>
        ${this.#error
          ? html`<p class="muted">${visible(this.#error.message)}</p>`
          : this.#isOpen
          ? html`<p class="muted" role="status">The network of each epoch answers …</p>`
          : html`<button type="button" class="button" @click=${open}>Show how it changed in training</button>`}
      </section>
    `;
  }

  /** What the chart is given, by its id. @returns {[string, any][]} */
  charts() {
    if (!this.#history || this.#error) return [];
    const { epochs } = this.#history;
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

/** The numbers of an answer by class or target. @param {any} row @returns {Record<string, any>} */
const numbersOf = ({ prediction, probabilities }) =>
  probabilities ?? (typeof prediction === "object" ? prediction : { prediction });
