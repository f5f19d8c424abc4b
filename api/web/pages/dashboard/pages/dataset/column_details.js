// The details of one column.

import { fact } from "../../fact.js";
import { figure, percent, whole } from "../../format.js";
import { html, nothing } from "../../template.js";
import { visible } from "../../visible.js";
import { distributionOf, distributionWords } from "./distribution.js";

const SHOWN = ["0.01", "0.25", "0.5", "0.75", "0.99"];
const NAMES = { "0.25": "Lower quartile", "0.5": "Median", "0.75": "Upper quartile" };

/** @param {any} column @param {any} statistics @param {string[]} evidence sentences @param {string} chart id of its element */
export const details = (column, statistics, evidence, chart) => {
  const distribution = distributionOf(column, statistics);
  return html`
    <div class="column-details">
      <div>
        <p class="evidence-words">${evidence.join(" ") || "The file itself states the type."}</p>
        <dl class="column-facts">${facts(column, statistics).map(([name, value]) =>
          fact(name, html`<bdi>${value}</bdi>`)
        )}</dl>
        ${statistics?.mean_image
          ? html`<img class="mean-image" alt="The mean of all images" src="data:image/png;base64,${statistics.mean_image}">`
          : nothing}
      </div>
      ${distribution
        ? html`<div class="chart" id=${chart} role="img" aria-label=${
          distributionWords(column.name, distribution)
        }></div>`
        : nothing}
    </div>
  `;
};

/** @param {any} column @param {any} statistics @returns {[string, string][]} */
const facts = (column, statistics) => {
  const { shape, storage } = column;
  const found = statistics ?? {};
  /** @type {[string, unknown][]} */
  const all = [
    ["Least", moment(found.first) ?? number(found.min ?? column.minimum)],
    ["Greatest", moment(found.last) ?? number(found.max ?? column.maximum)],
    ["Mean", number(found.mean)],
    ["Standard deviation", number(found.deviation)],
    ...SHOWN.map((level) => /** @type {[string, unknown]} */ ([
      NAMES[/** @type {keyof typeof NAMES} */ (level)] ?? `${Number(level) * 100} %`,
      number(found.quantiles?.[level]),
    ])),
    ["Zeros", found.zeros ? percent(found.zeros, 1) : null],
    [
      "Characters",
      found.lengths ? `${found.lengths.min} to ${found.lengths.max}, mean ${figure(found.lengths.mean)}` : null,
    ],
    ["Shape", shape ? shape.map(whole).join(" × ") : null],
    ["Stored as", shape ? storage : null],
  ];
  return /** @type {[string, string][]} */ (all.filter(([, value]) => value !== null && value !== undefined));
};

const number = (/** @type {any} */ value) => (value === null || value === undefined ? null : figure(value));
const moment = (/** @type {any} */ value) => (value ? visible(String(value).replace("T", " ")) : null);
