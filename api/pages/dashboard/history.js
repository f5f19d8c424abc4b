// The metrics of one experiment: what the service has, and each epoch that its stream tells, once and in order.

import { get } from "./api.js";

const POINTS = 1000;

export class History {
  rows = [];
  #seen = new Set();

  constructor(id) {
    this.id = id;
  }

  /** Read what there is. */
  async read() {
    this.take(await get(`/v1/experiments/${this.id}/metrics`, { max_points: POINTS }));
  }

  /** Take up an answer of the service, whatever the stream has told before it. */
  take({ data }) {
    const late = this.rows.filter((row) => row.epoch > (data.at(-1)?.epoch ?? 0));
    this.rows = [...data, ...late];
    this.#seen = new Set(this.rows.map((row) => row.epoch));
  }

  /** @returns whether it is a new one */
  hear(row) {
    if (this.#seen.has(row.epoch)) return false;
    this.#seen.add(row.epoch);
    const i = this.rows.findLastIndex((one) => one.epoch < row.epoch);
    this.rows = this.rows.toSpliced(i + 1, 0, row);
    return true;
  }
}
