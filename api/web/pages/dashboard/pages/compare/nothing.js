// The comparison before any experiment is chosen.

import { at } from "../../address.js";
import { icon } from "../../icons.js";
import { empty } from "../../states.js";
import { html } from "../../template.js";

export const nothingToCompare = () =>
  html`
    <div class="head">
      <h1>Compare</h1>
    </div>
    ${empty(
      "Choose what to compare",
      "Select two or more experiments in the list, then press Compare.",
      html`<a class="button button-primary" href=${at("/")}>${icon("list")}To the list</a>`,
    )}
  `;
