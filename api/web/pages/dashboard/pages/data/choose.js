// Handles files that the user chooses or drops.

import { openDialog } from "../../dialog.js";
import { bytes } from "../../format.js";
import { mayChange } from "../../session.js";
import { html, nothing } from "../../template.js";
import { toast } from "../../toast.js";
import { beginUpload, resumeUploads } from "../../uploads/uploads.js";
import { visible } from "../../visible.js";

/** The file types that the file dialog offers. The service decides which files it reads. */
export const ENDINGS =
  ".csv,.tsv,.txt,.jsonl,.ndjson,.parquet,.xlsx,.xls,.xlsb,.ods,.npy,.npz,.idx,.zip,.gz,.zst,.csv.gz,.csv.zst";

const ENDING = /(\.(csv|tsv|txt|jsonl|ndjson|parquet|xlsx?|xlsb|ods|npy|npz|idx|zip|gz|zst))+$/i;
const LONGEST_NAME = 100;

/** @type {[string | null, string][]} */
const SPLITS = [[null, "any part"], ["train", "training"], ["validation", "validation"], ["test", "test"]];

/**
 * Continue the uploads that lack these files, and create a data set from the other files, whose name the user is asked
 * for.
 *
 * @param {File[]} files
 * @param {any[]} sets the existing data sets
 * @returns {Promise<any>} the new data set; undefined if none was created
 */
export const chooseAndUpload = async (files, sets) => {
  const { left: fresh, made } = resumeUploads(files);
  if (!fresh.length) return (await Promise.all(made)).at(-1);
  const empty = fresh.find(({ size }) => size === 0);
  if (empty) return void toast(`“${visible(empty.name)}” is empty. To upload a folder, make a ZIP of it.`, "error");
  const chosen = await ask(fresh, new Set(sets.map(({ name }) => name)));
  return chosen && beginUpload(chosen.name, chosen.files);
};

/**
 * Accept files that are dropped anywhere on the page.
 *
 * @param {HTMLElement} root
 * @param {(files: File[]) => void} take
 * @param {() => boolean} may whether the user may upload files
 * @returns a function that ends it
 */
export const droppable = (root, take, may = mayChange) => {
  const carries = (/** @type {DragEvent} */ event) => may() && event.dataTransfer?.types.includes("Files");
  const over = (/** @type {DragEvent} */ event) => {
    if (!carries(event)) return;
    event.preventDefault();
    root.classList.add("is-target");
  };
  const leave = (/** @type {DragEvent} */ event) => {
    if (!event.relatedTarget) root.classList.remove("is-target");
  };
  const drop = (/** @type {DragEvent} */ event) => {
    root.classList.remove("is-target");
    if (!carries(event)) return;
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])]);
  };
  const listening = new AbortController();
  document.addEventListener("dragover", over, listening);
  document.addEventListener("dragleave", leave, listening);
  document.addEventListener("drop", drop, listening);
  return () => listening.abort();
};

/** @param {File[]} files @param {Set<string>} taken names */
const ask = (files, taken) => {
  const split = files.map(({ name }) => (files.length > 1 ? splitOf(name) : null));
  let name = freeName(stem(files), taken);
  let fault = "";
  return openDialog(files.length > 1 ? `Upload ${files.length} files` : "Upload", (answer, redraw) => {
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      fault = taken.has(name) ? "A data set with this name exists already." : "";
      if (fault) return redraw();
      answer({ name, files: files.map((file, i) => ({ file, split: split[i] })) });
    };
    return html`
      <form class="stack" @submit=${submit}>
        <div class="field ${fault ? "field-wrong" : ""}">
          <label for="upload-name">Name of the data set</label>
          <input class="input" id="upload-name" maxlength=${LONGEST_NAME} required autocomplete="off"
            aria-describedby="upload-fault" aria-invalid=${fault ? "true" : nothing} .value=${name}
            @input=${(/** @type {any} */ event) => (name = event.target.value.trim())}>
          <p class="mistake" id="upload-fault" ?hidden=${!fault}>${fault}</p>
        </div>
        <ul class="upload-files">${files.map((file, i) =>
          html`
            <li>
              <bdi class="upload-file">${visible(file.name)}</bdi><span class="muted">${bytes(file.size)}</span>
              ${files.length > 1 ? splitSelect(file, split, i) : nothing}
            </li>
          `
        )}</ul>
        <p class="hint">${files.length > 1
          ? "The files need the same columns. Their rows become one data set."
          : "How the file is read is guessed, shown with the evidence, and can be changed afterwards."}</p>
        <div class="dialog-actions">
          <button type="button" class="button" @click=${() => answer()}>Back</button>
          <button class="button button-primary">Upload</button>
        </div>
      </form>
    `;
  });
};

/** @param {File} file @param {(string | null)[]} split of each file @param {number} i */
const splitSelect = (file, split, i) =>
  html`
    <select class="input" aria-label="Part that the rows of ${visible(file.name)} belong to"
      @change=${(/** @type {any} */ event) => (split[i] = SPLITS[event.target.selectedIndex][0])}>
      ${SPLITS.map(([value, words]) => html`<option ?selected=${value === split[i]}>${words}</option>`)}
    </select>
  `;

/** The part of the split in a file's name. */
const splitOf = (/** @type {string} */ name) => {
  const words = name.toLowerCase().split(/[^a-z]+/);
  if (words.includes("test")) return "test";
  if (words.some((word) => ["val", "valid", "validation", "dev"].includes(word))) return "validation";
  return words.some((word) => ["train", "training"].includes(word)) ? "train" : null;
};

/** The common beginning of the files' names. @param {File[]} files */
const stem = (files) => {
  const [first, ...others] = files.map(({ name }) => name.replace(ENDING, ""));
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  const common = others.length ? first.slice(0, length).replace(/[\s._-]+$/, "") : first;
  return (common || first).replace(/[\p{C}/]+/gu, " ").trim().slice(0, LONGEST_NAME) || "data";
};

/** @param {string} name @param {Set<string>} taken */
const freeName = (name, taken) => {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name.slice(0, LONGEST_NAME - 5)} ${n}`;
  return free;
};
