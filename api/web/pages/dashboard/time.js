// A moment on a page.

import { ago, moment } from "./format.js";
import { html } from "./template.js";

/** Milliseconds after which ages are told anew. */
const EVERY = 10_000;

/** @type {Set<Age>} */
const ages = new Set();

/** The time that has passed since a moment; it grows while the element is on a page. */
class Age extends HTMLElement {
  /** @type {string | null} */
  #since = null;

  /** @param {string | null} moment */
  set since(moment) {
    this.#since = moment;
    this.tell();
  }

  connectedCallback() {
    ages.add(this);
    this.tell();
  }

  disconnectedCallback() {
    ages.delete(this);
  }

  tell() {
    this.textContent = ago(this.#since);
  }
}

customElements.define("gradus-age", Age);
setInterval(() => ages.forEach((age) => age.tell()), EVERY);

/** How long ago it was; in full, with its zone, under the pointer. */
export const time = (/** @type {string | null} */ at) =>
  html`<time datetime=${at} title=${moment(at)}><gradus-age .since=${at}></gradus-age></time>`;
