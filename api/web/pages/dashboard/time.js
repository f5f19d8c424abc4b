// The time since a moment, as an element that updates itself.

import { ago, moment } from "./format.js";
import { html } from "./template.js";

/** Update interval of ages in milliseconds. */
const EVERY = 10_000;

/** @type {Set<Age>} */
const ages = new Set();

/** The time since a moment, updated while the element is on the page. */
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

/** The age of a moment; the full date and time with its zone on hover. */
export const time = (/** @type {string | null} */ at) =>
  html`<time datetime=${at} title=${moment(at)}><gradus-age .since=${at}></gradus-age></time>`;
