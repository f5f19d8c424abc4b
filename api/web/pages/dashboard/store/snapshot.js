// A snapshot of something that has events, and what the events have changed of it since.
//
// An answer of the service says which event of an experiment's log it contains, and each event has the next number. So
// an event that the snapshot contains is passed over, the next one is applied, and one further on tells that some were
// missed: then the service has to be asked again. That is all the care that is taken of what arrives in which order.

/**
 * An event as the service tells it; a kind that nobody here knows changes nothing.
 * @typedef {{ seq: number, kind: string, at: string, experiment_id: string, data: any }} ServiceEvent
 */

/** @template T */
export class Snapshot {
  /** @type {T | null} */
  value = null;
  /** The number of the newest event that the value contains; null before there is a value. @type {number | null} */
  seq = null;
  /** Of each question to the service that is open, the oldest first: what has been told since it was asked.
   * @type {ServiceEvent[][]} */
  #questions = [];

  /** @param {(value: T, event: ServiceEvent) => T} apply gives the value after an event */
  constructor(apply) {
    this.apply = apply;
  }

  /**
   * To be called when the service is asked.
   *
   * @returns a function for its answer and the number of the event that this contains, null if there is no answer; it
   *   says whether nothing is missing now
   */
  ask() {
    /** @type {ServiceEvent[]} */
    const told = [];
    this.#questions.push(told);
    /** @type {(answer: { value: T, seq: number } | null) => boolean} */
    const take = (answer) => {
      const place = this.#questions.indexOf(told);
      if (place < 0) return true; // who asked later has an answer already
      this.#questions = answer ? this.#questions.slice(place + 1) : this.#questions.toSpliced(place, 1);
      if (!answer) return true;
      [this.value, this.seq] = [answer.value, answer.seq];
      return told.every((event) => this.#take(event));
    };
    return take;
  }

  /** @param {ServiceEvent} event @returns {boolean} false if events were missed, and nobody asks already */
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
