// The confusion matrix. A click on a cell shows the examples in it.

import { whole } from "../../../format.js";
import { html, nothing } from "../../../template.js";
import { visible } from "../../../visible.js";

/** Maximum number of classes for which there is room for a matrix. */
const MOST_CLASSES = 60;
/** Number of background colours of cells. */
const SHADES = 9;

/** @param {any} report @param {(given: string, predicted: string) => void} open */
export const confusionOf = ({ classes, confusion }, open) => {
  if (!confusion.length || classes.length > MOST_CLASSES) return nothing;
  return html`
    <section class="card" aria-labelledby="confusion-title">
      <h2 id="confusion-title">Confusion matrix</h2>
      <div class="table confusion" tabindex="0" role="region" aria-labelledby="confusion-title">
        <table>
          <thead>
            <tr>
              <th scope="col">True class, predicted class →</th>
              ${classes.map((/** @type {string} */ name) =>
                html`<th scope="col" class="number"><bdi>${visible(name)}</bdi></th>`
              )}
            </tr>
          </thead>
          <tbody>${confusion.map((/** @type {number[]} */ row, /** @type {number} */ i) =>
            html`
              <tr>
                <th scope="row"><bdi>${visible(classes[i])}</bdi></th>
                ${row.map((count, j) => cell(count, row, [classes[i], classes[j]], i === j, open))}
              </tr>
            `
          )}</tbody>
        </table>
      </div>
      <p class="muted small below">A row holds the examples of a class. A click on a number shows the examples.</p>
    </section>
  `;
};

/**
 * @param {number} count
 * @param {number[]} row
 * @param {string[]} names
 * @param {boolean} isRight
 * @param {(given: string, predicted: string) => void} open
 */
const cell = (count, row, [given, predicted], isRight, open) => {
  if (!count) return html`<td class="number muted">·</td>`;
  const share = count / row.reduce((sum, one) => sum + one, 0);
  const shade = Math.max(1, Math.round(SHADES * share));
  return html`
    <td class="number ${isRight ? "right" : "wrong"} shade-${shade}">
      <button aria-label="${whole(count)} examples: ${visible(given)}, predicted ${visible(predicted)}"
        @click=${() => open(given, predicted)}>${whole(count)}</button>
    </td>
  `;
};
