// The metrics of each class or label.

import { figure, whole } from "../../../format.js";
import { html, nothing } from "../../../template.js";
import { visible } from "../../../visible.js";
import { interval } from "./metrics.js";

const HEADS = ["Precision", "Recall", "F1", "AUC", "Average precision", "Examples", "Predicted"];

/** @param {any} report */
export const classesOf = ({ per_class: classes, task }) =>
  classes.length
    ? html`
      <section class="card" aria-labelledby="classes-title">
        <h2 id="classes-title">${task === "multi_label" ? "Labels" : "Classes"}</h2>
        <div class="table evaluation-tall" tabindex="0" role="region" aria-labelledby="classes-title">
          <table>
            <thead>
              <tr>
                <th scope="col">${task === "multi_label" ? "Label" : "Class"}</th>
                ${HEADS.map((head) => html`<th scope="col" class="number">${head}</th>`)}
              </tr>
            </thead>
            <tbody>${classes.map(row)}</tbody>
          </table>
        </div>
      </section>
    `
    : nothing;

const row = (/** @type {any} */ one) =>
  html`
    <tr>
      <th scope="row"><bdi>${visible(one.name)}</bdi></th>
      <td class="number" title=${interval(one.precision_ci95)}>${figure(one.precision)}</td>
      <td class="number" title=${interval(one.recall_ci95)}>${figure(one.recall)}</td>
      <td class="number">${figure(one.f1)}</td>
      <td class="number">${figure(one.auc)}</td>
      <td class="number">${figure(one.average_precision)}</td>
      <td class="number">${whole(one.support)}</td>
      <td class="number">${whole(one.predicted)}</td>
    </tr>
  `;
