// The choice of the weights: of the best epoch, of the last, or of another epoch whose checkpoint is kept.

import { get } from "../../api.js";
import { html } from "../../template.js";

/**
 * The epochs whose checkpoints are kept, newest first.
 * @param {string} id of the experiment
 * @returns {Promise<number[]>}
 */
export const keptEpochs = async (id) => {
  const { data } = await get(`/v1/experiments/${id}/checkpoints`);
  const kept = data.filter((/** @type {any} */ one) => one.whole).map((/** @type {any} */ { epoch }) => epoch);
  return [...new Set(kept)];
};

/** @param {string} chosen @param {number[]} kept @param {(epoch: string) => void} choose */
export const epochChoice = (chosen, kept, choose) =>
  html`
    <label class="check">Epoch
      <select class="input" @change=${(/** @type {any} */ { target }) => choose(target.value)}>
        ${["best", "last", ...kept.map(String)].map((one) =>
          html`<option value=${one} ?selected=${one === chosen}>${one}</option>`
        )}
      </select></label>
  `;

/** The choice as the service expects it in a document: a number, or `best` or `last`. @param {string} chosen */
export const epochOf = (chosen) => (/^\d+$/.test(chosen) ? Number(chosen) : chosen);
