// Which columns the network uses: asked for on demand, as a worker needs a while for many columns.

import { get } from "../../../api.js";
import { figure, whole } from "../../../format.js";
import { fromWorker, Latest } from "../../../latest.js";
import { note } from "../../../states.js";
import { html, nothing } from "../../../template.js";
import { visible, visibleLines } from "../../../visible.js";
import { interval, nameOf } from "./metrics.js";

export class Importance {
  #question;
  #isAsked = false;

  /** @param {string} id of the experiment @param {() => void} draw */
  constructor(id, draw) {
    this.id = id;
    this.draw = draw;
    this.#question = new Latest(0, draw);
  }

  close() {
    this.#isAsked = false;
    this.#question.forget();
  }

  /** @param {{ split: string, epoch: string }} choice */
  #ask({ split, epoch }) {
    this.#isAsked = true;
    this.draw();
    const path = `/v1/experiments/${this.id}/importance`;
    this.#question.now((isLatest) => fromWorker(() => get(path, { split, epoch }), isLatest));
  }

  /** @param {{ split: string, epoch: string }} choice */
  view(choice) {
    const { answer, error } = this.#question;
    return html`
      <section class="card" aria-labelledby="importance-title">
        <h2 id="importance-title">Columns that the network uses</h2>
        ${error
          ? note("error", visibleLines(error.message))
          : answer
          ? columnsOf(answer)
          : this.#isAsked
          ? html`<p class="state" role="status">A worker shuffles the columns …</p>`
          : nothing} ${this.#isAsked && !error ? nothing : html`
          <p class="muted">How much worse are the predictions if a column has the values of other examples?</p>
          <p><button class="button" @click=${() => this.#ask(choice)}>Shuffle each column</button></p>
        `}
      </section>
    `;
  }
}

/** @param {any} report */
const columnsOf = ({ columns, metrics, n, of }) =>
  html`
    <div class="table evaluation-tall" tabindex="0" role="region" aria-labelledby="importance-title">
      <table>
        <thead>
          <tr>
            <th scope="col">Shuffled column</th>
            ${metrics.map((/** @type {any} */ one) =>
              html`
                <th scope="col" class="number">${nameOf(one)} worse by</th>
                <th scope="col" class="number">95 % interval</th>
              `
            )}
            <th scope="col">Helps</th>
          </tr>
        </thead>
        <tbody>${columns.map(row)}</tbody>
      </table>
    </div>
    <p
      class="muted small below">${n === of ? whole(n) : `${whole(n)} of ${whole(of)}`} examples; ${metrics.map((
        /** @type {any} */ one,
      ) => `${nameOf(one)} ${figure(one.value)}`).join(
        ", ",
      )} with all columns. Intervals hold for all columns at once. A column helps if, by ${metrics[0]
        ? nameOf(metrics[0])
        : "the first metric"}, the network predicts worse without it, beyond chance. Columns that say the same thing can hide each other.</p>
  `;

const row = (/** @type {any} */ { columns, effects }) =>
  html`
    <tr>
      <th scope="row"><bdi>${columns.map(visible).join(" + ")}</bdi></th>
      ${effects.map((/** @type {any} */ { worse_by: worse, ci95 }) =>
        html`
          <td class="number">${figure(worse)}</td>
          <td class="number">${interval(ci95)}</td>
        `
      )}
      <td>${effects[0]?.helps ? html`<strong>yes</strong>` : "unclear"}</td>
    </tr>
  `;
