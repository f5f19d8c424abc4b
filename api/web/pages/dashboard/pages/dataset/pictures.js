// A contact sheet of the pictures of each class.

import { at } from "../../address.js";
import { whole } from "../../format.js";
import { html, nothing } from "../../template.js";
import { visible } from "../../visible.js";
import { note } from "../../states.js";

/** Number of pictures of each class, or of all pictures if there are no classes. */
const OF_CLASS = 36;
const OF_ALL = 144;
/** Size in pixels of a picture on the sheet that opens on a click. */
const LARGE = 256;
/** Number of classes that are shown at first. */
const CLASSES = 20;

export class PicturesTab {
  #classes = CLASSES;

  /** @param {import("../dataset.js").TabContext} context */
  constructor({ id, draw }) {
    this.id = id;
    this.draw = draw;
  }

  /** @param {any} set */
  view(set) {
    const target = set.columns.find((/** @type {any} */ { name }) => name === set.target);
    const classes = target?.values ?? [];
    const more = () => {
      this.#classes += CLASSES;
      this.draw();
    };
    if (!classes.length) {
      return html`
        ${note("info", "With a target, the pictures are grouped by class.")}
        <section class="card" aria-label="Pictures">${this.#sheet(set, {}, "The first pictures", OF_ALL)}</section>
      `;
    }
    return html`
      <div class="sheets">
        ${classes.slice(0, this.#classes).map((/** @type {any} */ { value, count }) =>
          html`
            <figure class="card">
              <figcaption><strong><bdi>${visible(value)}</bdi></strong> <span class="muted">${whole(
                count,
              )}</span></figcaption>
              ${this.#sheet(set, { class: value }, `Pictures of class ${visible(value)}`, OF_CLASS)}
            </figure>
          `
        )}
      </div>
      ${classes.length > this.#classes
        ? html`<p class="row more-row"><button class="button" @click=${more}>More classes</button></p>`
        : nothing}
    `;
  }

  /** @param {any} set @param {Record<string, string>} chosen @param {string} words @param {number} n */
  #sheet({ version }, chosen, words, n) {
    const query = new URLSearchParams({ ...chosen, n: String(n), version: String(version) });
    const url = at(`/v1/datasets/${this.id}/images?${query}`);
    return html`
      <a href=${`${url}&side=${LARGE}`} target="_blank"
        rel="noopener"><img class="sheet" loading="lazy" src=${url} alt=${words}></a>
    `;
  }
}
