// A preview of augmentation: a small contact sheet of the first training images.

import { pictureOf } from "../../api.js";
import { html, nothing } from "../../template.js";

const EXAMPLES = 3;
const EPOCHS = 6;
/** Milliseconds between the last change and the request for a sheet. */
const REST = 400;
/** Maximum number of sheets in the cache. */
const MOST = 50;

/**
 * The sheets by request; null while there is no answer.
 * @type {Map<string, { url?: string, problem?: string } | null>}
 */
const sheets = new Map();
/** The sheet that is shown until the next answer arrives. @type {{ name: string, url: string } | null} */
let last = null;
let timer = 0;

/**
 * @param {any} dataset the chosen data set
 * @param {any} named the document's value for it
 * @param {any} seed
 * @param {() => void} redraw
 */
export const augmentedSheet = (dataset, named, seed, redraw) => {
  const augment = named?.augment;
  if (!Array.isArray(augment) || !augment.length) return nothing;
  const body = { augment, seed: seed ?? 0, examples: EXAMPLES, epochs: EPOCHS, version: named.version ?? null };
  const key = JSON.stringify([dataset.id, body]);
  const known = sheets.get(key);
  if (known === undefined) ask(key, dataset, body, redraw);
  if (known?.problem) return html`<p class="hint wide">No preview: ${known.problem}</p>`;
  const before = last && last.name === dataset.name ? last.url : null;
  const url = known?.url ?? before;
  if (!url) return html`<p class="hint wide" role="status">The preview is being drawn …</p>`;
  return html`
    <figure class="augmented wide">
      <img src=${url} class=${known ? "" : "waiting"}
        alt="Training images as they are, and in each of the first epochs">
      <figcaption
        class="hint">Left: the originals. Right of them: the first ${EPOCHS} epochs.</figcaption>
    </figure>
  `;
};

/** @param {string} key @param {any} dataset @param {any} body @param {() => void} redraw */
const ask = (key, dataset, body, redraw) => {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    if (sheets.size >= MOST) sheets.clear();
    sheets.set(key, null);
    try {
      const url = await pictureOf(`/v1/datasets/${dataset.id}/augmented`, body);
      if (url) sheets.set(key, { url });
      else sheets.set(key, { problem: "no worker has answered yet" });
      if (url) last = { name: dataset.name, url };
    } catch (error) {
      sheets.set(key, { problem: /** @type {Error} */ (error).message });
    }
    redraw();
  }, REST);
};
