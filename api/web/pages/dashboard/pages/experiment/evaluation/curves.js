// ROC, precision and recall, and reliability.

import { finite } from "../../../api.js";
import { series } from "../../../charts/style.js";
import { html, nothing } from "../../../template.js";
import { visible } from "../../../visible.js";

/** @type {Record<string, string>} */
const PROBABILITIES = {
  predicted_class: "probability of the predicted class",
  positive_class: "probability of the second class",
  labels: "probability of a label",
};

const line = (/** @type {number} */ n) => ({ color: series(n).color, dash: "solid", width: 2 });
const even = (/** @type {number[]} */ ends = [0, 1]) => ({
  name: "even",
  x: ends,
  y: ends,
  line: { color: series(6).color, dash: "dot", width: 1 },
  isBehind: true,
});

/**
 * The data of the charts, by their ids.
 * @param {any} report
 * @param {string} name of the class
 * @returns {[string, any][]}
 */
export const curvesOf = ({ curves, reliability }, name) => {
  const one = curves.find((/** @type {any} */ curve) => curve.name === name);
  return [
    ...(one ? [rocOf(one), precisionOf(one)] : []),
    ...(reliability ? [reliabilityOf(reliability)] : []),
  ];
};

/** @param {any} curve @returns {[string, any]} */
const rocOf = ({ name, roc }) => [
  "chart-roc",
  chart(
    "false positive rate",
    "true positive rate",
    [{ name, x: roc.false_positive_rate.map(finite), y: roc.true_positive_rate.map(finite), line: line(0) }, even()],
    `roc ${name}`,
  ),
];

/** @param {any} curve @returns {[string, any]} */
const precisionOf = ({ name, precision_recall: { recall, precision } }) => [
  "chart-precision",
  chart(
    "recall",
    "precision",
    [{ name, x: recall.map(finite), y: precision.map(finite), line: line(0) }],
    `precision ${name}`,
  ),
];

/** @param {any} reliability @returns {[string, any]} */
const reliabilityOf = ({ of, bins, calibrated }) => {
  const ofBins = (/** @type {string} */ name, /** @type {any[]} */ all, /** @type {number} */ n) => ({
    name,
    x: all.map(({ confidence }) => confidence),
    y: all.map(({ share }) => share),
    line: line(n),
    symbol: series(n).symbol,
  });
  const shown = [
    ofBins("as it is", bins, 0),
    ...(calibrated.length ? [ofBins("with the temperature", calibrated, 1)] : []),
  ];
  const given = chart(
    PROBABILITIES[of] ?? "probability",
    "share of correct predictions",
    [...shown, even()],
    "reliability",
  );
  return ["chart-reliability", { ...given, hasLegend: shown.length > 1 }];
};

/** @param {string} across @param {string} title @param {any[]} lines @param {string} view */
const chart = (across, title, lines, view) => ({
  kind: "line",
  series: lines,
  across,
  up: { title, isPercent: false, isLogarithmic: false, isFromZero: true },
  hasLegend: false,
  view,
});

/** @param {any} report @param {string} chosen @param {(name: string) => void} choose */
export const curveCards = ({ curves, reliability }, chosen, choose) =>
  !curves.length && !reliability ? nothing : html`
    ${curves.length > 1
      ? html`
        <div class="row evaluation-controls">
          <label class="check">Curves of
            <select class="input" @change=${(/** @type {any} */ event) => choose(event.target.value)}>${curves.map((
              /** @type {any} */ { name },
            ) => html`<option value=${name} ?selected=${name === chosen}>${visible(name)}</option>`)}</select></label>
        </div>
      `
      : nothing}
    <div class="halves">
      ${curves.length
        ? html`
          ${card("chart-roc", "ROC curve", `True by false positive rate of ${chosen}`)}
          ${card("chart-precision", "Precision and recall", `Precision by recall of ${chosen}`)}
        `
        : nothing}
      ${reliability
        ? card("chart-reliability", "Reliability", "Share of correct predictions by predicted probability")
        : nothing}
    </div>
  `;

/** @param {string} id @param {string} title @param {string} said */
export const card = (id, title, said) =>
  html`
    <section class="card chart-card" aria-labelledby="${id}-title">
      <h2 id="${id}-title">${title}</h2>
      <div class="chart" id=${id} role="img" aria-label=${visible(said)}></div>
    </section>
  `;
