// A fact in a list of facts, `<dl>`: its name and its value.

import { html } from "./template.js";

/** @param {unknown} name @param {unknown} value */
export const fact = (name, value) =>
  html`
    <div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>
  `;
