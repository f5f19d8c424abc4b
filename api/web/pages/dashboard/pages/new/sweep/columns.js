// The variants of an uploaded data set: the base, and the base without each of its input columns in turn.

import { html } from "../../../template.js";
import { straysAt } from "../form/mistakes.js";

/** The value that stands for these variants in a request: the service creates them. */
export const COLUMNS = "columns";

/** @param {any} sweep see `sweep.js` */
export const columns = (sweep) =>
  html`
    <p
      class="hint">The base is trained as it is, and without each of its input columns in turn. A column helps if the network is worse without it.</p>
    ${straysAt(sweep.mistakes, "variants", []).map((message) => html`<p class="mistake">${message}</p>`)}
  `;
