// Ensemble predictions by all seeds of a change: the mean of their answers, and their spread.

import { get, post } from "../../api.js";
import { whole } from "../../format.js";
import { note } from "../../states.js";
import { html, nothing } from "../../template.js";
import { Latest } from "../../latest.js";
import { visible, visibleLines } from "../../visible.js";
import { answerOf, TOP } from "../experiment/predictions/answer.js";
import { fieldsOf, sent } from "../experiment/predictions/fields.js";
import { input } from "../experiment/predictions/inputs.js";

/** Milliseconds between the last change and the request for predictions. */
const PAUSE = 200;
/** Maximum number of fields that are shown; the others keep their default values. */
const FIRST = 40;

export class Ensemble {
  /** The label of the change whose networks predict. @type {string | null} */
  #label = null;
  /** @type {import("../experiment/predictions/fields.js").Field[]} */
  #fields = [];
  /** @type {any[]} */
  #values = [];
  #question;

  /** @param {string} id of the sweep @param {() => void} draw */
  constructor(id, draw) {
    this.id = id;
    this.draw = draw;
    this.#question = new Latest(PAUSE, draw);
  }

  close() {
    this.#question.close();
  }

  /** Select another change, whose networks may have other columns. @param {any} result */
  #choose(result) {
    [this.#label, this.#fields] = [result.label, []];
    this.#question.forget();
    this.draw();
    this.#question.now(() => this.#begin(result));
  }

  /** Request its columns, and the first prediction. @param {any} result */
  async #begin(result) {
    const fields = fieldsOf(await get(`/v1/experiments/${succeeded(result)[0]}/export/preprocessing.json`));
    if (this.#label !== result.label) return null; // another change was chosen in the meantime
    this.#fields = fields;
    this.#values = fields.map(({ start }) => start);
    return this.#lacksPicture() ? null : await this.#ask();
  }

  #lacksPicture() {
    return this.#fields.some((_, i) => this.#values[i] === null && this.#fields[i].form === "picture");
  }

  #ask() {
    const row = Object.fromEntries(this.#fields.map((field, i) => [field.name, sent(field, this.#values[i])]));
    const label = new URLSearchParams({ label: /** @type {string} */ (this.#label) });
    return post(`/v1/sweeps/${this.id}/predict?${label}`, { rows: [row], top: TOP });
  }

  /** @param {number} i @param {any} value */
  #write(i, value) {
    this.#values[i] = value;
    this.draw();
    if (!this.#lacksPicture()) this.#question.soon(() => this.#ask());
  }

  /** @param {any} sweep */
  view(sweep) {
    const asked = sweep.results.filter((/** @type {any} */ result) => succeeded(result).length);
    if (!asked.length) return nothing;
    const choose = (/** @type {any} */ { target }) =>
      this.#choose(asked.find(({ label }) => label === target.value) ?? asked[0]);
    return html`
      <section class="card" aria-labelledby="ensemble-title">
        <div class="card-head">
          <h2 id="ensemble-title">Ask all seeds</h2>
          ${this.#label === null ? nothing : html`
            <label class="check">Change
              <select class="input" @change=${choose}>${asked.map(({ label }) =>
                html`<option value=${label} ?selected=${label === this.#label}>${visible(label)}</option>`
              )}</select></label>
          `}
        </div>
        ${this.#label === null
          ? html`
            <p>The networks of a change, one for each seed, answer together: their mean is often better than each of
              them, and their spread shows how much an answer depends on the seed.</p>
            <p><button class="button" @click=${() => this.#choose(asked[0])}>Ask about a row</button></p>
          `
          : this.#form()}
      </section>
    `;
  }

  #form() {
    const notes = this.#question.answer?.data[0].notes ?? [];
    const about = (/** @type {string} */ name) =>
      notes.filter((/** @type {any} */ { column }) => column === name).map((/** @type {any} */ one) => one.message);
    const hidden = this.#fields.length - FIRST;
    return html`
      <div class="ask">
        <div>
          <div class="options">${this.#fields.slice(0, FIRST).map((field, i) =>
            input(field, i, this.#values[i], about(field.name), (value) => this.#write(i, value))
          )}</div>
          ${hidden > 0 ? html`<p class="muted small">${whole(hidden)} other columns have typical values.</p>` : nothing}
        </div>
        <div class="ask-said">${this.#said()}</div>
      </div>
    `;
  }

  #said() {
    const { answer, error } = this.#question;
    if (error) return note("error", html`<p>${visibleLines(error.errors?.[0]?.message ?? error.message)}</p>`);
    if (!answer) {
      return html`<p class="muted" role="status">${
        this.#lacksPicture() ? "Choose a picture." : "The networks answer …"
      }</p>`;
    }
    return answerOf(answer, membersOf(answer));
  }
}

/** The experiments of a change that have succeeded. @param {any} result @returns {string[]} */
const succeeded = ({ experiments, statuses }) =>
  experiments.filter((/** @type {string} */ _, /** @type {number} */ i) => statuses[i] === "succeeded");

/** @param {any} answer */
const membersOf = ({ members, absent }) => {
  if (members.length === 1) return "One network: a spread needs several seeds.";
  const without = absent.length ? `; ${whole(absent.length)} cannot answer` : "";
  return `Mean of ${whole(members.length)} networks, ± the standard deviation between them${without}.`;
};
