// The answer to the latest of several requests. Answers to earlier requests that arrive late are dropped.

import { debounced } from "./throttle.js";

/** @typedef {(isLatest: () => boolean) => Promise<any>} Ask */

export class Latest {
  /** The answer to the latest request; null before the first answer and after an error. @type {any} */
  answer = null;
  /** The error of the latest request, if it failed. @type {any} */
  error = null;
  #asked = 0;

  /**
   * @param {number} pause `soon` sends a request after this many milliseconds without another one
   * @param {() => void} draw
   */
  constructor(pause, draw) {
    this.draw = draw;
    this.soon = debounced(pause, (/** @type {Ask} */ ask) => this.now(ask));
  }

  /** Send a request at once. The previous answer stays until the new one arrives. @param {Ask} ask */
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

  /** Reset: no request and no answer. */
  forget() {
    this.close();
    [this.answer, this.error] = [null, null];
  }

  /** Ignore the answers to requests that are under way. */
  close() {
    this.#asked += 1;
    this.soon.cancel();
  }
}

/**
 * An answer that a worker computes. The request is repeated until the answer is ready.
 *
 * @param {() => Promise<any>} request @param {() => boolean} isLatest
 */
export const fromWorker = async (request, isLatest) => {
  let answer = await request();
  while (isLatest() && answer.status === "open") answer = await request();
  return answer;
};
