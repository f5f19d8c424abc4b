// All metrics with their intervals and the values of a guess; also for groups of examples.

import { figure, whole } from "../../../format.js";
import { html, nothing } from "../../../template.js";
import { visible } from "../../../visible.js";

/** Labels that differ from the key with spaces. @type {Record<string, string>} */
const NAMES = { auc: "AUC", f1: "F1", r2: "R²", rmse: "RMSE", mae: "MAE", brier_score: "Brier score" };

/** @param {any} metric */
export const nameOf = ({ name, target }) => {
  const plain = NAMES[name] ?? name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
  return target ? `${plain} of ${visible(target)}` : plain;
};

/** A confidence interval in brackets. @param {any[] | null} ci95 */
export const interval = (ci95) => (ci95 ? `${figure(ci95[0])} to ${figure(ci95[1])}` : "");

/** @param {any} report */
export const metricsOf = ({ metrics }) =>
  html`
    <section class="card" aria-labelledby="metrics-title">
      <h2 id="metrics-title">Metrics</h2>
      <div class="table" tabindex="0" role="region" aria-labelledby="metrics-title">
        <table>
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" class="number">Value</th>
              <th scope="col" class="number">95 % interval</th>
              <th scope="col" class="number">A guess</th>
            </tr>
          </thead>
          <tbody>${metrics.map((/** @type {any} */ one) =>
            html`
              <tr>
                <th scope="row">${nameOf(one)}</th>
                <td class="number"><strong>${figure(one.value)}</strong></td>
                <td class="number">${interval(one.ci95)}</td>
                <td class="number muted">${one.baseline === null ? "" : figure(one.baseline)}</td>
              </tr>
            `
          )}</tbody>
        </table>
      </div>
      <p class="muted small below">A guess knows only the training targets: their frequencies, mean or median.</p>
    </section>
  `;

/** @param {any} report */
export const groupsOf = ({ by, groups }) =>
  groups.length
    ? html`
      <section class="card" aria-labelledby="groups-title">
        <h2 id="groups-title">By <bdi>${visible(by)}</bdi></h2>
        <div class="table" tabindex="0" role="region" aria-labelledby="groups-title">
          <table>
            <thead>
              <tr>
                <th scope="col">Value</th>
                <th scope="col" class="number">Examples</th>
                ${groups[0].metrics.map((/** @type {any} */ one) =>
                  html`
                    <th scope="col" class="number">${nameOf(one)}</th>
                    <th scope="col" class="number">95 % interval</th>
                  `
                )}
              </tr>
            </thead>
            <tbody>${groups.map(group)}</tbody>
          </table>
        </div>
      </section>
    `
    : nothing;

const group = (/** @type {any} */ { value, n, few, metrics }) =>
  html`
    <tr>
      <th scope="row">${value === null
        ? html`<span class="missing">missing</span>`
        : html`<bdi>${visible(value)}</bdi>`} ${few ? html`<span class="badge">few examples</span>` : nothing}</th>
      <td class="number">${whole(n)}</td>
      ${metrics.map((/** @type {any} */ one) =>
        html`
          <td class="number">${figure(one.value)}</td>
          <td class="number">${interval(one.ci95)}</td>
        `
      )}
    </tr>
  `;
