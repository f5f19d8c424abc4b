// The evidence for a finding: each measured value with the limit that it exceeds, and the healthy range.

import { number } from "../api.js";
import { figure, whole } from "../format.js";
import { html, nothing } from "../template.js";
import { visible } from "../visible.js";
import { statisticName } from "./statistics.js";

/** Maximum number of row numbers that are listed. */
const FEW = 8;

/** Maximum number of measured values that are shown. */
const MOST = 12;

/** @param {any[]} evidence */
export const evidenceList = (evidence) =>
  evidence.length
    ? html`
      <dl class="evidence">${evidence.slice(0, MOST).map(measured)}</dl>
      ${andMore(evidence.length - MOST)}
    `
    : nothing;

/** The note about list items that are not shown. @param {number} count */
export const andMore = (count) => count > 0 ? html`<p class="small muted">And ${whole(count)} more.</p>` : nothing;

/** @param {any} evidence */
const measured = ({ statistic, layer, column, value, threshold, healthy, rows }) =>
  html`
    <div>
      <dt>${statisticName(statistic)}${place(layer)}${place(column)}</dt>
      <dd><bdi>${valueWords(value)}</bdi>${beside([
        limitWords(threshold, healthy),
        healthyWords(healthy),
        rows?.length ? `rows ${rowsWords(rows)}` : null,
      ])}</dd>
    </div>
  `;

/** @param {string | null} name */
const place = (name) =>
  name
    ? html`
      of <bdi>${visible(name)}</bdi>
    `
    : nothing;

/** @param {(string | null)[]} words */
const beside = (words) =>
  words.some(Boolean)
    ? html`
      <span class="muted">${words.filter(Boolean).join(" · ")}</span>
    `
    : nothing;

/** Numbers as text; NaN and infinities arrive as strings. @param {number | string} value */
const valueWords = (value) =>
  typeof value === "string" && Number.isNaN(number(value)) && value !== "NaN" ? visible(value) : figure(value);

/** An end of the healthy range is told by it. @param {number | null} limit @param {(number | null)[] | null} healthy */
const limitWords = (limit, healthy) => limit === null || healthy?.includes(limit) ? null : `limit ${figure(limit)}`;

/** @param {[number | null, number | null] | null} range */
const healthyWords = (range) => {
  const [low, high] = range ?? [null, null];
  if (low === null) return high === null ? null : `healthy up to ${figure(high)}`;
  return high === null ? `healthy from ${figure(low)}` : `healthy ${figure(low)} to ${figure(high)}`;
};

const rowsWords = (/** @type {number[]} */ rows) =>
  `${rows.slice(0, FEW).map(whole).join(", ")}${rows.length > FEW ? ", …" : ""}`;
