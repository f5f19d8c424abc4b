// What is wrong with an experiment and its data, the first answer first; and forks that try what would mend it.

import { at } from "../../address.js";
import { freshKey, get, post } from "../../api.js";
import { findingList, nothingFound, rowsAddress } from "../../findings/list.js";
import { isAlarm, titleOf } from "../../findings/severity.js";
import { sentence } from "../../format.js";
import { icon } from "../../icons.js";
import { merged } from "../../merge_patch.js";
import { mayChange } from "../../session.js";
import { note } from "../../states.js";
import { isFinal } from "../../status.js";
import { html, nothing } from "../../template.js";
import { attempt, toast } from "../../toast.js";
import { visibleLines } from "../../visible.js";
import { encode } from "../new/json/link.js";

export class FindingsTab {
  /** The name of each fork that was asked for, so that asking twice makes one. @type {Map<any, string>} */
  #keys = new Map();

  /** @param {import("../experiment.js").TabContext} context */
  constructor({ store, navigate }) {
    this.store = store;
    this.navigate = navigate;
  }

  /** @param {any} experiment */
  view(experiment) {
    const { findings } = this.store;
    if (!findings.length) {
      return nothingFound(
        isFinal(experiment.status) ? "Nothing was found that is wrong." : "Nothing was found so far that is wrong.",
      );
    }
    return findingList(findings, {
      document: ({ of }) => (of === "parse" ? undefined : experiment.spec),
      actions: (patch, isFirst) => this.#actions(experiment, patch, isFirst),
      rows: (finding) => rowsAddress(experiment.spec.dataset, finding),
    });
  }

  /** @param {any} experiment @param {any} patch @param {boolean} isFirst */
  #actions(experiment, patch, isFirst) {
    if (!mayChange()) return nothing;
    if (patch.of === "parse") {
      return html`<button class="button" @click=${() =>
        this.#readAgain(experiment.spec.dataset, patch.patch)}>Read the data again with this</button>`;
    }
    return html`
      <button class="button ${isFirst ? "button-primary" : ""}" @click=${() =>
        this.#fork(experiment, patch.patch)}>${icon(
          "fork",
        )}Fork with this patch</button>
      <a class="button" href=${at(`/new?fork=${experiment.id}&patch=${encode(patch.patch)}`)}>Edit first</a>
    `;
  }

  /** @param {any} experiment @param {object} changes */
  #fork(experiment, changes) {
    if (!this.#keys.has(changes)) this.#keys.set(changes, freshKey());
    return attempt(async () => {
      const once = { "Idempotency-Key": /** @type {string} */ (this.#keys.get(changes)) };
      const { id } = await post(`/v1/experiments/${experiment.id}/fork`, { changes }, once);
      this.navigate(`/experiments/${id}`);
    });
  }

  /** @param {any} dataset of the spec @param {object} patch of `parse` */
  #readAgain({ name, version }, patch) {
    const path = `/v1/datasets/${encodeURIComponent(name)}/versions`;
    return attempt(async () => {
      const { parse } = await get(`${path}/${version}`);
      const { number } = await post(path, { parse: merged(parse, patch) });
      toast(`Version ${number} is being read`);
      this.navigate(`/data/${encodeURIComponent(name)}`);
    });
  }
}

/** The first alarm, in short, for those who look at another part. @param {any[]} findings @param {string} address */
export const alarm = (findings, address) => {
  const alarms = findings.filter(isAlarm);
  const [first] = alarms;
  if (!first) return nothing;
  const others = alarms.length - 1;
  return note(
    first.severity === "critical" ? "error" : "warning",
    html`<strong>${titleOf(first.id)}</strong>: ${visibleLines(sentence(first.because))} <a href=${address}>${
      others ? `This and ${others} more` : "What to do"
    }</a>`,
  );
};
