// Predictions for files that are dropped or chosen: those for a table of text are saved as a file, that for a picture
// is shown.

import { postFile } from "../../../api.js";
import { bytes } from "../../../format.js";
import { saveAs } from "../../../save.js";
import { html } from "../../../template.js";
import { attempt, toast } from "../../../toast.js";

/** Maximum size of a request in bytes. */
const LARGEST = 16 * 2 ** 20;
/** @type {Record<string, string>} */
const PICTURES = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg" };

const CSV = "text/csv";
/** The media types of tables of text. The service detects compression by itself. @type {Record<string, string>} */
const TABLES = {
  csv: CSV,
  tsv: "text/tab-separated-values",
  tab: "text/tab-separated-values",
  jsonl: "application/x-ndjson",
  ndjson: "application/x-ndjson",
};
const COMPRESSED = /\.(gz|zst)$/i;

/**
 * The media type with which a table is sent, by its extension; CSV if the extension is unknown.
 *
 * @param {string} name @returns {{ title: string, type: string }} the name without its extensions, and the media type
 */
export const table = (name) => {
  const text = name.replace(COMPRESSED, "");
  const ending = text.includes(".") ? text.split(".").at(-1)?.toLowerCase() ?? "" : "";
  const type = TABLES[ending];
  return { title: type ? text.slice(0, -ending.length - 1) : text, type: type ?? CSV };
};

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
      return toast(`${bytes(file.size)} are too many for this page: use “gradus predict”, which sends parts.`, "error");
    }
    this.#isBusy = true;
    this.draw();
    await attempt(() => this.#answer(file, options));
    this.#isBusy = false;
    this.draw();
  }

  /** @param {File} file @param {Record<string, unknown>} options */
  async #answer(file, options) {
    const { title, type } = table(file.name);
    const answer = await postFile(`/v1/experiments/${this.id}/predict`, file, type, options, { Accept: CSV });
    if (answer.status === 202) throw new Error("A worker still calibrates the network: try again in a moment.");
    saveAs(await answer.blob(), `${title}-predicted.csv`);
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
        <p>
          Drop a file with these columns anywhere on this page, CSV, TSV or JSON lines, and save the answers to its rows
          as CSV. It may be compressed with gzip or zstd.
        </p>
        <p class="row ask-files">
          <label class="button" for="ask-file">Choose a file</label>
          <input class="hidden-label" type="file" accept=".csv,.tsv,.tab,.jsonl,.ndjson,.gz,.zst,text/csv" id="ask-file"
            @change=${choose}>
          <span role="status" class="muted">${this.#isBusy ? "The network answers …" : ""}</span>
        </p>
      </section>
    `;
  }
}
