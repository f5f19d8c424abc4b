// A moment on a page.

import { html } from "../vendor/lit-html/lit-html.js";
import { ago, moment } from "./format.js";

/** How long ago it was; in full under the pointer. */
export const time = (at) => html`<time datetime=${at} title=${moment(at)}>${ago(at)}</time>`;
