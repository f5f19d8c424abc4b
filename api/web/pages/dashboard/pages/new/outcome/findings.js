// The findings about the data for this target and split, before any training.

import { at } from "../../../address.js";
import { findingList, rowsAddress } from "../../../findings/list.js";
import { isAlarm } from "../../../findings/severity.js";
import { html, nothing } from "../../../template.js";

/** @typedef {(patch: object) => void} Apply applies a patch to the document */

/** The findings that the user should see before a run. @param {any} result of a dry run @param {Apply} apply */
export const alarmsOf = ({ spec, findings }, apply) => {
  const alarms = (findings ?? []).filter(isAlarm);
  return alarms.length ? findingList(alarms, around(spec, apply)) : nothing;
};

/** The other findings. @param {any} result of a dry run @param {Apply} apply */
export const notesOf = ({ spec, findings }, apply) => {
  if (findings === null) {
    return html`<p class="muted small">The table is too large for a dry run: its findings appear with the experiment.</p>`;
  }
  const notes = findings.filter((/** @type {any} */ one) => !isAlarm(one));
  if (!notes.length) return nothing;
  return html`
    <details class="more">
      <summary>Notes on the data<span class="more-what">${notes.length}</span></summary>
      ${findingList(notes, around(spec, apply))}
    </details>
  `;
};

/**
 * @param {any} spec the resolved spec
 * @param {Apply} apply
 * @returns {import("../../../findings/list.js").Surroundings}
 */
const around = (spec, apply) => ({
  document: () => spec,
  actions: ({ patch, of }) =>
    of === "parse"
      ? html`<a class="button" href=${
        at(`/data/${encodeURIComponent(spec.dataset.name)}?tab=findings`)
      }>See the data</a>`
      : html`<button type="button" class="button" @click=${() => apply(patch)}>Apply</button>`,
  rows: (finding) => rowsAddress(spec.dataset, finding),
});
