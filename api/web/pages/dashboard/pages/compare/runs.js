// The compared runs: their records and curves, as the service has told them, and the events after that.

import { get } from "../../api.js";
import { ExperimentStore, snapshotOf } from "../../store/experiment.js";

export const MOST = 50;
/** Points of each curve: as many as a screen can show. */
export const ALL_POINTS = 400;

export class ComparedRuns {
  /** @type {Map<string, ExperimentStore>} */
  #stores;
  /** The number of each run's line, which it keeps when others are dropped. @type {Map<string, number>} */
  #places;

  /** @param {string[]} ids @param {() => void} outdated called when an answer came too late: it is to be asked again */
  constructor(ids, outdated) {
    this.ids = [...new Set(ids)].slice(0, MOST);
    this.outdated = outdated;
    this.#places = new Map(this.ids.map((id, i) => [id, i]));
    this.#stores = new Map(this.ids.map((id) => [id, new ExperimentStore(id, ALL_POINTS)]));
  }

  /** The experiments that exist, in the order of the address. */
  get experiments() {
    return this.ids.map((id) => this.#stores.get(id)?.experiment).filter((one) => (one ?? null) !== null);
  }

  /** @param {string} id @returns {any[]} its metrics */
  rows(id) {
    return this.#store(id).rows;
  }

  /** @param {any} experiment */
  place({ id }) {
    return this.#places.get(id) ?? 0;
  }

  /** @param {string} id */
  drop(id) {
    this.ids = this.ids.filter((one) => one !== id);
  }

  /** @returns {Promise<boolean>} whether everything was read */
  async readRecords() {
    const takes = new Map(this.ids.map((id) => [id, this.#store(id).record.ask()]));
    /** @type {Map<string, any>} */
    let found = new Map();
    try {
      const { data } = await get("/v1/experiments", { id: this.ids, limit: MOST });
      found = new Map(data.map((/** @type {any} */ one) => [one.id, one]));
    } finally {
      for (const [id, take] of takes) if (!found.has(id)) take(null);
    }
    return [...found].map(([id, one]) => takes.get(id)?.(snapshotOf(one))).every(Boolean);
  }

  /**
   * @param {string[]} ids
   * @param {number} points
   * @returns {Promise<string[]>} the ids of the experiments that have more points
   */
  async readCurves(ids, points) {
    if (!ids.length) return [];
    const takes = ids.map((id) => ({ id, take: this.#store(id).history.ask() }));
    const answer = await get("/v1/metrics", { experiment: ids, max_points: points }).catch((error) => {
      for (const { take } of takes) take(null);
      throw error;
    });
    for (const { id, take } of takes) {
      const { data, last_event: seq } = answer.data[id] ?? { data: [], last_event: 0 };
      if (!take({ value: data, seq })) this.outdated();
    }
    return ids.filter((id) => answer.data[id]?.data.length >= points / 2);
  }

  /** @param {import("../../store/snapshot.js").ServiceEvent} event @returns {boolean} whether it is about one of them */
  hear(event) {
    const store = this.#stores.get(event.experiment_id);
    if (!store || !this.ids.includes(store.id)) return false;
    if (!store.hear(event)) this.outdated();
    return true;
  }

  /** @param {string} id */
  #store(id) {
    return /** @type {ExperimentStore} */ (this.#stores.get(id));
  }
}
