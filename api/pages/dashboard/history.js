// The metrics of one experiment: what the service has, and each epoch that its stream tells, once and in order.

import { get } from "./api.js";
import { thinned } from "./thinning.js";

const POINTS = 1000;

export class History {
  rows = [];
  #beginnings = 0;

  /** @param {number} points of a read; what has grown to twice as many is thinned */
  constructor(id, points = POINTS) {
    this.id = id;
    this.points = points;
  }

  get last() {
    return this.rows.at(-1)?.epoch ?? 0;
  }

  /** Read what there is. */
  async read() {
    const before = this.#beginnings;
    const page = await get(`/v1/experiments/${this.id}/metrics`, { max_points: this.points });
    if (before === this.#beginnings) this.take(page);
    else await this.read();
  }

  /** Take up an answer of the service, whatever the stream has told before it. */
  take({ data }) {
    const late = this.rows.filter((row) => row.epoch > (data.at(-1)?.epoch ?? 0));
    this.rows = [...data, ...late];
  }

  /** @returns whether it is a new one */
  hear(row) {
    if (row.epoch <= this.last) return false;
    const rows = [...this.rows, row];
    this.rows = rows.length > 2 * this.points ? thinned(rows) : rows;
    return true;
  }

  /** Follow a run that has begun anew: its epochs are told again. @returns whether it has */
  follow({ progress }) {
    if (progress.epoch >= this.last) return false;
    this.#beginnings += 1;
    this.rows = this.rows.filter((row) => row.epoch <= progress.epoch);
    return true;
  }
}
