// Downloads of the network, as files that work without Gradus.

import { getFile } from "../../../api.js";
import { saveAs } from "../../../save.js";
import { html } from "../../../template.js";
import { attempt } from "../../../toast.js";

/** The description of each file. @type {Record<string, string>} */
const FILES = {
  "model.onnx": "the network with its preprocessing, for any ONNX runtime",
  "bundle.zip": "all of these, with sample rows and a check of the model",
  "card.md": "a model card: data, metrics with intervals, what was found",
  "run.py": "a script that repeats the training with torch and numpy alone",
  "weights.safetensors": "the weights by name",
  "preprocessing.json": "the steps that turn a row into inputs",
};

export class Downloads {
  /** The file that is being generated. @type {string | null} */
  #busy = null;

  /** @param {string} id of the experiment @param {() => void} draw */
  constructor(id, draw) {
    this.id = id;
    this.draw = draw;
  }

  /** @param {string} file @param {string} epoch */
  async #save(file, epoch) {
    this.#busy = file;
    this.draw();
    await attempt(async () => saveAs(await getFile(`/v1/experiments/${this.id}/export/${file}`, { epoch }), file));
    this.#busy = null;
    this.draw();
  }

  /** @param {string} epoch the epoch whose weights are exported */
  view(epoch) {
    return html`
      <section class="card" aria-labelledby="downloads">
        <h2 id="downloads">Download the network</h2>
        <ul class="ask-downloads">${Object.entries(FILES).map(([file, what]) =>
          html`
            <li>
              <button type="button" class="button" ?disabled=${this.#busy !== null}
                @click=${() => this.#save(file, epoch)}>${file}</button>
              <span class="muted">${this.#busy === file ? "is being made …" : what}</span>
            </li>
          `
        )}</ul>
      </section>
    `;
  }
}
