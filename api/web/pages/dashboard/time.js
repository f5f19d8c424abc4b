// A moment on a page.

import { html } from "../vendor/lit-html/lit-html.js";
import { AsyncDirective } from "../vendor/lit-html/async-directive.js";
import { directive } from "../vendor/lit-html/directive.js";
import { ago, moment } from "./format.js";

/** Milliseconds after which ages are told anew. */
const EVERY = 10_000;

const ages = new Set();

/** Grows older while it is on a page. */
const age = directive(
  class extends AsyncDirective {
    render(at) {
      this.at = at;
      ages.add(this);
      return ago(at);
    }

    grow() {
      this.setValue(ago(this.at));
    }

    disconnected() {
      ages.delete(this);
    }

    reconnected() {
      ages.add(this);
    }
  },
);

setInterval(() => ages.forEach((one) => one.grow()), EVERY);

/** How long ago it was; in full, with its zone, under the pointer. */
export const time = (at) => html`<time datetime=${at} title=${moment(at)}>${age(at)}</time>`;
