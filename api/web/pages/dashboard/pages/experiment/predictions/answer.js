// The prediction for a row.

import { number as read } from "../../../api.js";
import { figure, percent, whole } from "../../../format.js";
import { html, nothing } from "../../../template.js";
import { visible } from "../../../visible.js";

/** Number of probabilities that are shown, the largest first. */
export const TOP = 10;

/** @param {any} answer the whole answer @param {string} [by] a sentence that names the network */
export const answerOf = ({ epoch, data: [row] }, by = `By the weights of epoch ${whole(epoch)}.`) =>
  html`
    <div aria-live="polite">${said(row)}</div>
    ${row.probabilities ? bars(row.probabilities, row.spread ?? {}) : nothing}
    <p class="muted small">${by}${row.notes.length ? " Fields that the training rows do not cover are marked." : ""}</p>
  `;

/** @param {any} row */
const said = ({ prediction, interval, probabilities, spread }) => {
  if (Array.isArray(prediction)) {
    return html`<p class="ask-answer">${
      prediction.length ? html`<bdi>${prediction.map(visible).join(", ")}</bdi>` : "none of the labels"
    }</p>`;
  }
  if (prediction !== null && typeof prediction === "object") {
    return html`
      <dl class="ask-targets">${Object.entries(prediction).map(([name, value]) =>
        html`
          <div>
            <dt><bdi>${visible(name)}</bdi></dt>
            <dd>${figure(value)} ${range(interval?.[name])}${apart(spread?.[name])}</dd>
          </div>
        `
      )}</dl>
    `;
  }
  return html`<p class="ask-answer"><bdi>${
    typeof prediction === "string" && !isSpelled(prediction) ? visible(prediction) : figure(prediction)
  }</bdi> ${range(interval)}${probabilities ? nothing : apart(spread)}</p>`;
};

/** Whether a text is a number that JSON does not have. @param {string} text */
const isSpelled = (text) => ["NaN", "Infinity", "-Infinity"].includes(text);

/** @param {any} interval */
const range = (interval) =>
  interval ? html`<span class="ask-interval">${figure(interval[0])} to ${figure(interval[1])}</span>` : nothing;

/** The spread of a target over the networks of an ensemble. @param {any} spread */
const apart = (spread) =>
  spread === null || spread === undefined ? nothing : html`<span class="ask-interval">± ${figure(spread)}</span>`;

/**
 * @param {Record<string, any>} probabilities
 * @param {Record<string, any>} spread spread of each probability over an ensemble
 */
const bars = (probabilities, spread) =>
  html`
    <ol class="ask-bars">${Object.entries(probabilities).sort(([, a], [, b]) => b - a).map(([name, value]) =>
      html`
        <li>
          <span class="ask-class"><bdi>${visible(name)}</bdi></span>
          <progress max="1" value=${read(value)} aria-label=${visible(name)}></progress>
          <span class="number">${percent(value, 1)}${spread[name] === undefined
            ? nothing
            : html`<span class="muted"> ± ${percent(spread[name], 1)}</span>`}</span>
        </li>
      `
    )}</ol>
  `;
