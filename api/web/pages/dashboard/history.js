// The metrics of one experiment: what the service has, and each epoch that its stream tells, once and in order.

import { get } from "./api.js";
import { thinned } from "./thinning.js";

const POINTS = 1000;

export class History {
  rows = [];
  /** Of each question to the service that is open, the oldest first: what has been told since it was asked. */
  #questions = [];

  /** @param {number} points of a read; what has grown to twice as many is thinned */
  constructor(id, points = POINTS) {
    this.id = id;
    this.points = points;
  }

  get last() {
    return lastOf(this.rows);
  }

  /** Read what there is. */
  async read() {
    const take = this.ask();
    take(await get(`/v1/experiments/${this.id}/metrics`, { max_points: this.points }));
  }

  /**
   * To be called when the service is asked.
   *
   * @returns a function that takes up its answer in place of all there is, but for what has been told since then
   */
  ask() {
    const question = { told: [], valid: Infinity };
    this.#questions.push(question);
    return ({ data }) => {
      const place = this.#questions.indexOf(question);
      if (place < 0) return; // who asked later has an answer already
      this.#questions = this.#questions.slice(place + 1);
      const rows = upTo(question.valid, data);
      this.rows = [...rows, ...question.told.filter((row) => row.epoch > lastOf(rows))];
    };
  }

  /** @returns whether it is a new one */
  hear(row) {
    for (const { told } of this.#questions) told.push(row);
    if (row.epoch <= this.last) return false;
    const rows = [...this.rows, row];
    this.rows = rows.length > 2 * this.points ? thinned(rows) : rows;
    return true;
  }

  /** Follow a run that may have begun anew: then its epochs are told again. @returns whether it has */
  follow({ progress: { epoch } }) {
    for (const question of this.#questions) {
      question.told = upTo(epoch, question.told);
      question.valid = Math.min(question.valid, epoch); // what the answer has of later may be of before
    }
    if (epoch >= this.last) return false;
    this.rows = upTo(epoch, this.rows);
    return true;
  }
}

const lastOf = (rows) => rows.at(-1)?.epoch ?? 0;

const upTo = (epoch, rows) => rows.filter((row) => row.epoch <= epoch);
