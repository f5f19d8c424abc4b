// What was chosen on the validation split and measured on this split: temperature, prediction sets, thresholds.

import { figure, percent } from "../../../format.js";
import { html, nothing } from "../../../template.js";
import { visible } from "../../../visible.js";

/** @type {Record<string, string>} */
const CRITERIA = {
  f1: "Largest F1",
  youden: "Largest difference between true and false positive rate",
  cost: "Least cost",
};

/** @param {any} report */
export const calibrationOf = ({ calibration, conformal, task, residuals }) => {
  if (!calibration && !conformal.length) return nothing;
  const kind = task === "regression" ? "Intervals" : "Sets of classes";
  return html`
    <section class="card" aria-labelledby="calibration-title">
      <h2 id="calibration-title">Calibration</h2>
      ${calibration
        ? html`<p>With logits divided by the temperature ${
          figure(calibration.temperature)
        }, probabilities have the calibration error
          ${figure(calibration.calibration_error)} and the log loss ${figure(calibration.log_loss)}.</p>`
        : nothing}
      ${conformal.length ? conformalTable(conformal, kind, residuals.length > 1) : nothing}
      <p class="muted small below">Chosen on the validation split alone.</p>
    </section>
  `;
};

/** @param {any[]} conformal @param {string} kind @param {boolean} areSeveral targets */
const conformalTable = (conformal, kind, areSeveral) =>
  html`
    <div class="table" tabindex="0" role="region" aria-labelledby="calibration-title">
      <table>
        <thead>
          <tr>
            <th scope="col">${kind} meant to contain the true value in</th>
            <th scope="col" class="number">Contain it in</th>
            <th scope="col" class="number">95 % interval</th>
            <th scope="col" class="number">Mean size</th>
          </tr>
        </thead>
        <tbody>${conformal.map(({ target, level, coverage, ci95, size }) =>
          html`
            <tr>
              <th scope="row">${percent(level, 0)} ${areSeveral ? html`of <bdi>${visible(target)}</bdi>` : nothing}</th>
              <td class="number">${percent(coverage, 1)}</td>
              <td class="number">${percent(ci95[0], 1)} to ${percent(ci95[1], 1)}</td>
              <td class="number">${figure(size)}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;

/** @param {any} report */
export const thresholdsOf = ({ thresholds, classes, miss_cost: cost }) =>
  thresholds.length
    ? html`
      <section class="card" aria-labelledby="thresholds-title">
        <h2 id="thresholds-title">Thresholds for <bdi>${visible(classes[1])}</bdi></h2>
        <div class="table" tabindex="0" role="region" aria-labelledby="thresholds-title">
          <table>
            <thead>
              <tr>
                <th scope="col">Criterion</th>
                ${["Threshold", "Precision", "Recall", "F1", "Accuracy", "Cost"].map((head) =>
                  html`<th scope="col" class="number">${head}</th>`
                )}
              </tr>
            </thead>
            <tbody>${thresholds.map((/** @type {any} */ one) =>
              html`
                <tr>
                  <th scope="row">${CRITERIA[one.criterion] ?? one.criterion}</th>
                  ${[one.threshold, one.precision, one.recall, one.f1, one.accuracy, one.cost].map((value) =>
                    html`<td class="number">${figure(value)}</td>`
                  )}
                </tr>
              `
            )}</tbody>
          </table>
        </div>
        <p class="muted small below">Chosen on the validation split. A miss costs ${figure(
          cost,
        )} times a false alarm.</p>
      </section>
    `
    : nothing;
