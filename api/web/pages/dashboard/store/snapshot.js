// A snapshot of something that has events, updated by the later events.
//
// A response of the service contains the number of the newest event that it includes, and events are numbered
// consecutively. So an event that the snapshot includes is ignored, the next one is applied, and a later one shows that
// events were missed: then the snapshot is read again. Nothing else depends on the order of arrival.

/**
 * An event of the service. An unknown kind changes nothing.
 * @typedef {{ seq: number, kind: string, at: string, experiment_id: string, data: any }} ServiceEvent
 */

/** @template T */
export class Snapshot {
  /** @type {T | null} */
  value = null;
  /** The number of the newest event that the value includes; null before there is a value. @type {number | null} */
  seq = null;
  /**
   * For each request in progress, oldest first: the events that have arrived since it began.
   * @type {ServiceEvent[][]}
   */
  #questions = [];

  /** @param {(value: T, event: ServiceEvent) => T} apply returns the value after an event */
  constructor(apply) {
    this.apply = apply;
  }

  /**
   * Call this when a request is sent.
   *
   * @returns a function to be called with the response, and the number of its newest event (null without a response);
   *   it returns whether nothing is missing
   */
  ask() {
    /** @type {ServiceEvent[]} */
    const told = [];
    this.#questions.push(told);
    /** @type {(answer: { value: T, seq: number } | null) => boolean} */
    const take = (answer) => {
      const place = this.#questions.indexOf(told);
      if (place < 0) return true; // a later request has been answered already
      this.#questions = answer ? this.#questions.slice(place + 1) : this.#questions.toSpliced(place, 1);
      if (!answer) return true;
      [this.value, this.seq] = [answer.value, answer.seq];
      return told.every((event) => this.#take(event));
    };
    return take;
  }

  /** @param {ServiceEvent} event @returns {boolean} false if events were missed and no request is in progress */
  hear(event) {
    for (const told of this.#questions) told.push(event);
    return this.seq === null || this.#take(event) || this.#questions.length > 0;
  }

  /** @param {ServiceEvent} event */
  #take(event) {
    const seq = this.seq ?? 0;
    if (event.seq > seq + 1) return false;
    if (event.seq === seq + 1) {
      this.value = this.apply(/** @type {T} */ (this.value), event);
      this.seq = event.seq;
    }
    return true;
  }
}
