// The options of a prediction: whether probabilities are calibrated, and the level of intervals.

import { html, nothing } from "../../../template.js";
import { epochChoice } from "../epoch_choice.js";

const LEVELS = ["", "0.8", "0.9", "0.95"];

/** @typedef {{ epoch: string, calibrated: boolean, interval: string }} Choice */

/**
 * @param {Choice} choice @param {any} row the predicted row, if there is one @param {number[]} kept
 * @param {(change: Partial<Choice>, anew?: boolean) => void} choose
 */
export const controls = (choice, row, kept, choose) =>
  html`
    <div class="row ask-controls">
      ${epochChoice(choice.epoch, kept, (epoch) => choose({ epoch }, true))}
      ${!row ? nothing : row.probabilities === null ? levels(choice, choose) : html`
        <label class="check"><input type="checkbox" ?checked=${choice.calibrated}
          @change=${(/** @type {any} */ { target }) => choose({ calibrated: target.checked })}>
          Calibrated</label>
      `}
    </div>
  `;

/** @param {Choice} choice @param {(change: Partial<Choice>) => void} choose */
const levels = ({ interval }, choose) =>
  html`
    <label class="check">Interval
      <select class="input" @change=${(/** @type {any} */ { target }) => choose({ interval: target.value })}>
        ${LEVELS.map((one) =>
          html`<option value=${one} ?selected=${one === interval}>${
            one ? `contains the true value in ${100 * Number(one)} %` : "none"
          }</option>`
        )}
      </select></label>
  `;
