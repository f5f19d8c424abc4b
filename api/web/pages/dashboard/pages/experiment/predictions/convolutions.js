// The filters of convolutions, and their activations for the current picture.

import { at } from "../../../address.js";
import { postFile, search } from "../../../api.js";
import { html, nothing } from "../../../template.js";
import { Latest } from "../../../latest.js";
import { visible } from "../../../visible.js";
import { base64 } from "./inputs.js";

/** Milliseconds between the last change of the picture and the request. */
const PAUSE = 400;
/** Maximum number of channels in a picture. */
const CHANNELS = 64;

export class Convolutions {
  /** @type {string | null} */
  #layer = null;
  /** The activations as a `data:` URL. */
  #question;

  /** @param {string} id of the experiment @param {() => void} draw */
  constructor(id, draw) {
    this.id = id;
    this.draw = draw;
    this.#question = new Latest(PAUSE, draw);
  }

  close() {
    this.#question.close();
  }

  /** Called when the picture has changed. @param {any} row @param {string | number} epoch */
  changed(row, epoch) {
    if (this.#layer) this.#question.soon(() => this.#ask(row, epoch));
  }

  /** @param {any} row @param {string | number} epoch */
  async #ask(row, epoch) {
    const body = new Blob([JSON.stringify({ row, epoch, layer: this.#layer, limit: CHANNELS })]);
    const answer = await postFile(`/v1/experiments/${this.id}/pictures/activations.png`, body, "application/json");
    return `data:image/png;base64,${await base64(await answer.blob())}`;
  }

  /** @param {any[]} layers of the experiment @param {() => any} row @param {string | number} epoch */
  view(layers, row, epoch) {
    const names = layers.filter(({ kind }) => kind === "conv").map(({ name }) => name);
    if (!names.length) return nothing;
    const choose = (/** @type {string} */ name) => {
      this.#layer = name;
      this.draw();
      this.#question.now(() => this.#ask(row(), epoch));
    };
    if (!this.#layer) {
      return html`
        <section class="card" aria-labelledby="convolutions">
          <h2 id="convolutions">Inside the convolutions</h2>
          <button type="button" class="button" @click=${() => choose(names[0])}>Show filters and activations</button>
        </section>
      `;
    }
    const { answer: picture, error } = this.#question;
    const filters = at(`/v1/experiments/${this.id}/pictures/filters.png`) +
      search({ layer: this.#layer, epoch, limit: CHANNELS });
    return html`
      <section class="card" aria-labelledby="convolutions">
        <div class="card-head">
          <h2 id="convolutions">Inside the convolutions</h2>
          <label class="check">Layer
            <select class="input" @change=${(/** @type {any} */ { target }) => choose(target.value)}>
              ${names.map((name) => html`<option ?selected=${name === this.#layer}>${name}</option>`)}
            </select></label>
        </div>
        <div class="halves">
          <figure class="ask-figure">
            <figcaption>Filters: grey is zero, white a large weight, black a large negative one</figcaption>
            <img src=${filters} alt="The filters of ${this.#layer}">
          </figure>
          <figure class="ask-figure">
            <figcaption>Activations: what each filter finds in the picture above</figcaption>
            ${error
              ? html`<p class="muted">${visible(error.message)}</p>`
              : picture
              ? html`<img src=${picture} alt="The activations of ${this.#layer}">`
              : html`<p class="muted" role="status">Computing the activations …</p>`}
          </figure>
        </div>
      </section>
    `;
  }
}
