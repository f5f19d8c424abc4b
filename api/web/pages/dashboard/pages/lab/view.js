// The view of a demonstration's card.

import { copy } from "../../copy.js";
import { icon } from "../../icons.js";
import { note } from "../../states.js";
import { html, nothing } from "../../template.js";
import { wordsOf } from "./charts.js";
import { fields } from "./controls.js";
import { tableOf } from "./table.js";

/** @param {import("./demonstration.js").Demonstration} one */
export const card = (one) =>
  html`
    <section class="card lab-card" id=${`lab-${one.name}`} aria-labelledby=${`lab-${one.name}-title`}>
      <div class="card-head">
        <h2 id=${`lab-${one.name}-title`}>${one.entry.title}</h2>
        <button class="button" ?disabled=${one.isDefault} @click=${() => one.reset()}>Defaults</button>
        <button class="button" @click=${() => copy(one.curl, "The call")}>${icon("copy")}Copy as curl</button>
      </div>
      ${words(one.entry.description)}
      <div class="lab-body">
        <div class="lab-controls" role="group" aria-label=${`Controls of ${one.entry.title}`}>
          ${fields(one.description, {
            id: `lab-${one.name}-in`,
            path: [],
            value: one.request,
            label: "",
            write: (path, value) => one.write(path, value),
          })}
        </div>
        <div class="lab-charts" aria-busy=${one.isComputing ? "true" : "false"}>
          ${one.error ? note("error", one.error.message) : nothing} ${tableOf(one)}
          ${one.charts.length || one.error ? one.charts.map((chart, i) => figure(one.name, chart, i)) : waiting()}
        </div>
      </div>
    </section>
  `;

/** The first paragraph; the rest is shown on request. @param {string} description */
const words = (description) => {
  const [first, ...rest] = description.split("\n\n").map((part) => part.replaceAll("`", ""));
  return html`
    <p class="lab-what">${first}</p>
    ${rest.length
      ? html`<details class="lab-more"><summary>What to look for</summary>${
        rest.map((part) => html`<p class="muted">${part}</p>`)
      }</details>`
      : nothing}
  `;
};

const waiting = () => html`<p class="state" role="status">Computing …</p>`;

/** @param {string} name @param {any} chart @param {number} i */
const figure = (name, chart, i) =>
  html`
    <figure class="lab-figure">
      <figcaption>${chart.title}</figcaption>
      <div class="chart lab-chart lab-chart-${chart.kind}" id=${`lab-${name}-${i}`} role="img" aria-label=${wordsOf(
        chart,
      )}></div>
    </figure>
  `;
