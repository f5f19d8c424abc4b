// The answer to the latest of several questions: an answer to an earlier one, which may come later, is dropped.

import { debounced } from "./throttle.js";

/** @typedef {(isLatest: () => boolean) => Promise<any>} Ask */

export class Latest {
  /** The latest answer; null before the first, and after an error. @type {any} */
  answer = null;
  /** Why the latest question has no answer. @type {any} */
  error = null;
  #asked = 0;

  /** @param {number} pause milliseconds without another question that `soon` waits for @param {() => void} draw */
  constructor(pause, draw) {
    this.draw = draw;
    this.soon = debounced(pause, (/** @type {Ask} */ ask) => this.now(ask));
  }

  /** Ask at once. Until the answer comes, the one before it stays. @param {Ask} ask */
  async now(ask) {
    const asked = ++this.#asked;
    const isLatest = () => this.#asked === asked;
    let answer = null;
    let error = /** @type {any} */ (null);
    try {
      answer = await ask(isLatest);
    } catch (reason) {
      error = reason;
    }
    if (!isLatest()) return;
    [this.answer, this.error] = [answer, error];
    this.draw();
  }

  /** Begin anew: no question, no answer. */
  forget() {
    this.close();
    [this.answer, this.error] = [null, null];
  }

  /** Show no more answers to what has been asked. */
  close() {
    this.#asked += 1;
    this.soon.cancel();
  }
}

/**
 * A worker's answer, for which the service is asked again until it is there.
 *
 * @param {() => Promise<any>} request @param {() => boolean} isLatest
 */
export const fromWorker = async (request, isLatest) => {
  let answer = await request();
  while (isLatest() && answer.status === "open") answer = await request();
  return answer;
};
