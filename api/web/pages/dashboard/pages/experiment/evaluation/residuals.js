// The errors of a regression: their distribution, and the rows with the largest errors.

import { figure, percent, whole } from "../../../format.js";
import { html, nothing } from "../../../template.js";
import { visible } from "../../../visible.js";
import { card } from "./curves.js";

/** The data of the charts, by their ids. @param {any} report @returns {[string, any][]} */
export const residualsOf = ({ residuals }) =>
  residuals.filter((/** @type {any} */ { grid }) => grid.counts.length).map(
    (/** @type {any} */ one, /** @type {number} */ i) => [`chart-residuals-${i}`, mapOf(one)],
  );

/**
 * A heat map of predictions (to the right) and residuals (upward): the strongest colour is where most examples are.
 * @param {any} residuals
 */
const mapOf = ({ grid: { predictions, residuals, counts } }) => {
  const most = Math.max(1, ...counts.flat());
  const middles = (/** @type {number[]} */ edges) => edges.slice(1).map((edge, i) => figure((edge + edges[i]) / 2, 3));
  const up = residuals.length - 1;
  return {
    kind: "heat_map",
    columns: middles(predictions),
    rows: middles(residuals).reverse(),
    values: Array.from(
      { length: up },
      (_, i) => counts.map((/** @type {number[]} */ row) => Math.sqrt(row[up - 1 - i] / most)),
    ),
    across: "prediction",
    up: "prediction minus value",
  };
};

/** @param {any} report */
export const residualCards = ({ residuals }) => residuals.map(cardsOf);

const cardsOf = (/** @type {any} */ { target, quantiles, worst }, /** @type {number} */ i) =>
  html`
    <div class="halves">
      ${card(`chart-residuals-${i}`, `Residuals of ${visible(target)}`, `Residuals of ${target} by prediction`)}
      <section class="card" aria-labelledby="worst-${i}">
        <h2 id="worst-${i}">Largest residuals</h2>
        <p class="muted small">${quantiles.map((/** @type {any} */ { q, value }) =>
          `${percent(q, 0)}: ${figure(value)}`
        )
          .join(" · ")}</p>
        <div class="table evaluation-tall" tabindex="0" role="region" aria-labelledby="worst-${i}">
          <table>
            <thead>
              <tr>
                <th scope="col" class="number">Row</th>
                <th scope="col" class="number">Value</th>
                <th scope="col" class="number">Prediction</th>
              </tr>
            </thead>
            <tbody>${worst.length ? worst.map(row) : nothing}</tbody>
          </table>
        </div>
      </section>
    </div>
  `;

const row = (/** @type {any} */ { row, value, prediction }) =>
  html`
    <tr>
      <th scope="row" class="number">${whole(row)}</th>
      <td class="number">${figure(value)}</td>
      <td class="number">${figure(prediction)}</td>
    </tr>
  `;
