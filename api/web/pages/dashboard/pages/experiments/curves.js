// The histories for the sparklines. They are requested for many rows at once when the rows become visible, and extended
// by live epochs.

import { get } from "../../api.js";
import { debounced } from "../../throttle.js";
import { changedRows } from "../../store/changes.js";
import { Snapshot } from "../../store/snapshot.js";

const POINTS = 32;
const TOGETHER = 50;
/** Milliseconds until a failed request is repeated. */
const PAUSE = 5000;

/** Histories by experiment. `changed` is called when some have arrived. */
export class Curves {
  /** @type {Map<string, Snapshot<any[]>>} */
  #histories = new Map();
  /** @type {Set<string>} */
  #wanted = new Set();
  #ended = false;
  #read = debounced(80, () => this.#ask());
  #readLater = debounced(PAUSE, () => this.#ask());

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
  }

  /** The values to draw for a visible experiment. @param {any} experiment */
  of({ id, latest, best, best_metric: key }) {
    const rows = this.#histories.get(id)?.value;
    if (!rows && latest) this.#want(id);
    return rows && best ? rows.map((row) => row[key]) : [];
  }

  /** @param {import("../../store/snapshot.js").ServiceEvent} event */
  hear(event) {
    const isWhole = this.#histories.get(event.experiment_id)?.hear(event) ?? true;
    if (!isWhole) this.#histories.delete(event.experiment_id); // the request is repeated
  }

  /** Discard all histories, because events were missed. */
  clear() {
    this.#histories.clear();
  }

  end() {
    this.#ended = true;
    this.#read.cancel();
    this.#readLater.cancel();
  }

  /** @param {string} id */
  #want(id) {
    if (this.#wanted.has(id)) return;
    this.#wanted.add(id);
    this.#read();
  }

  async #ask() {
    const ids = [...this.#wanted].slice(0, TOGETHER);
    if (!ids.length) return;
    const asked = ids.map((id) => ({ id, take: this.#history(id).ask() }));
    const answer = await get("/v1/metrics", { experiment: ids, max_points: POINTS }).catch(() => null);
    if (this.#ended) return;
    for (const { id, take } of asked) {
      const found = answer?.data[id];
      take(answer ? { value: found?.data ?? [], seq: found?.last_event ?? 0 } : null);
    }
    if (!answer) return this.#readLater(); // the list itself reports errors
    for (const id of ids) this.#wanted.delete(id);
    if (this.#wanted.size) this.#read();
    this.changed();
  }

  /** @param {string} id */
  #history(id) {
    const known = this.#histories.get(id) ?? new Snapshot(changedRows(POINTS));
    this.#histories.set(id, known);
    return known;
  }
}
