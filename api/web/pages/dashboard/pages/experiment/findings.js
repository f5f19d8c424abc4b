// The findings about an experiment and its data, the root cause first, with buttons that fork the experiment with a
// patch.

import { at } from "../../address.js";
import { freshKey, get, post } from "../../api.js";
import { findingList, nothingFound, rowsAddress } from "../../findings/list.js";
import { isAlarm, titleOf } from "../../findings/severity.js";
import { sentence } from "../../format.js";
import { icon } from "../../icons.js";
import { merged } from "../../merge_patch.js";
import { mayChange } from "../../session.js";
import { note } from "../../states.js";
import { debounced } from "../../throttle.js";
import { isFinal } from "../../status.js";
import { html, nothing } from "../../template.js";
import { attempt, toast } from "../../toast.js";
import { visibleLines } from "../../visible.js";
import { encode } from "../new/json/link.js";

/** Polling interval in milliseconds while a patch is verified or probed, because no event announces the result. */
const VERIFYING_INTERVAL = 2000;

export class FindingsTab {
  /**
   * The idempotency key of each requested fork, so that a repeated request creates only one.
   * @type {Map<any, string>}
   */
  #keys = new Map();

  #readAgainSoon = debounced(VERIFYING_INTERVAL, () => (document.hidden ? this.changed() : this.#readFindings()));

  /** @param {import("../experiment.js").TabContext} context */
  constructor({ store, navigate, draw }) {
    this.store = store;
    this.navigate = navigate;
    this.draw = draw;
  }

  changed() {
    const { findings, predicting } = this.store;
    if (predicting || findings.some(({ verifying }) => verifying)) this.#readAgainSoon();
  }

  close() {
    this.#readAgainSoon.cancel();
  }

  /** @param {any} experiment */
  view(experiment) {
    const { findings } = this.store;
    if (!findings.length) {
      return nothingFound(
        isFinal(experiment.status) ? "No problems were found." : "No problems were found so far.",
      );
    }
    return findingList(findings, {
      document: ({ of }) => (of === "parse" ? undefined : experiment.spec),
      actions: (patch, isFirst, finding) => this.#actions(experiment, patch, isFirst, finding),
      rows: (finding) => rowsAddress(experiment.spec.dataset, finding),
    });
  }

  /** @param {any} experiment @param {any} patch @param {boolean} isFirst @param {any} finding */
  #actions(experiment, patch, isFirst, finding) {
    if (!mayChange()) return nothing;
    if (patch.of === "parse") {
      return html`<button class="button" @click=${() =>
        this.#readAgain(experiment.spec.dataset, patch.patch)}>Read the data again with this</button>`;
    }
    return html`
      <button class="button ${isFirst ? "button-primary" : ""}" @click=${() =>
        this.#apply(experiment, finding, patch)}>${icon("fork")}Apply</button>
      <button class="button" ?disabled=${Boolean(finding.verifying)} @click=${() =>
        this.#verify(experiment, finding, patch)}>${icon("check")}Verify</button>
      <a class="button" href=${at(`/new?fork=${experiment.id}&patch=${encode(patch.patch)}`)}>Edit first</a>
    `;
  }

  /** Fork with the patch. @param {any} experiment @param {any} finding @param {any} patch */
  #apply(experiment, finding, patch) {
    if (!this.#keys.has(patch)) this.#keys.set(patch, freshKey());
    return attempt(async () => {
      const once = { "Idempotency-Key": /** @type {string} */ (this.#keys.get(patch)) };
      const body = { patch: numberOf(finding, patch) };
      const { id } = await post(`${pathOf(experiment, finding)}/apply`, body, once);
      this.navigate(`/experiments/${id}`);
    });
  }

  /** Start the verification of the patch. @param {any} experiment @param {any} finding @param {any} patch */
  #verify(experiment, finding, patch) {
    return attempt(async () => {
      await post(`${pathOf(experiment, finding)}/verify`, { patch: numberOf(finding, patch) });
      await this.#readFindings();
    });
  }

  async #readFindings() {
    await attempt(() => this.store.readFindings());
    this.draw();
    this.changed();
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

/**
 * The index of the patch among the finding's patches of the spec, as requests count them.
 * @param {any} finding
 * @param {any} patch
 */
const numberOf = ({ patches }, patch) => patches.filter((/** @type {any} */ { of }) => of === "spec").indexOf(patch);

/** @param {any} experiment @param {any} finding */
const pathOf = ({ id }, { id: code, column, layer }) => {
  const place = column ?? layer;
  return `/v1/experiments/${id}/findings/${encodeURIComponent(place ? `${code}:${place}` : code)}`;
};

/** A short note about the first alarm, for the other tabs. @param {any[]} findings @param {string} address */
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
