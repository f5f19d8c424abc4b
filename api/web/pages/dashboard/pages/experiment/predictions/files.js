// Files that are dropped or chosen: the answers to a CSV are saved, those to a picture shown.

import { postFile } from "../../../api.js";
import { bytes } from "../../../format.js";
import { saveAs } from "../../../save.js";
import { html } from "../../../template.js";
import { attempt, toast } from "../../../toast.js";

/** Bytes of a request. */
const LARGEST = 16 * 2 ** 20;
/** @type {Record<string, string>} */
const PICTURES = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg" };

export class AskedFiles {
  #isBusy = false;

  /** @param {string} id of the experiment @param {() => void} draw @param {(file: File) => void} showPicture */
  constructor(id, draw, showPicture) {
    this.id = id;
    this.draw = draw;
    this.showPicture = showPicture;
  }

  /** @param {File[]} files @param {Record<string, unknown>} options */
  async take([file], options) {
    if (!file || this.#isBusy) return;
    if (PICTURES[file.name.split(".").at(-1)?.toLowerCase() ?? ""]) return this.showPicture(file);
    if (file.size > LARGEST) {
      return toast(`${bytes(file.size)} are too much for the page: use “gradus predict”, which sends parts.`, "error");
    }
    this.#isBusy = true;
    this.draw();
    await attempt(() => this.#answer(file, options));
    this.#isBusy = false;
    this.draw();
  }

  /** @param {File} file @param {Record<string, unknown>} options */
  async #answer(file, options) {
    const answer = await postFile(`/v1/experiments/${this.id}/predict`, file, "text/csv", options);
    if (answer.status === 202) throw new Error("A worker still calibrates the network: try again in a moment.");
    saveAs(await answer.blob(), `${file.name.replace(/\.csv$/i, "")}-predicted.csv`);
    toast("The answers are saved.");
  }

  /** @param {() => Record<string, unknown>} options */
  view(options) {
    const choose = (/** @type {any} */ { target }) => {
      this.take([...target.files], options());
      target.value = "";
    };
    return html`
      <section class="card" aria-labelledby="ask-files">
        <h2 id="ask-files">A file</h2>
        <p>Drop a CSV file with these columns anywhere on this page, and save the answers to its rows as CSV.</p>
        <p class="row ask-files">
          <label class="button" for="ask-file">Choose a CSV file</label>
          <input class="hidden-label" type="file" accept=".csv,text/csv" id="ask-file" @change=${choose}>
          <span role="status" class="muted">${this.#isBusy ? "The network answers …" : ""}</span>
        </p>
      </section>
    `;
  }
}
