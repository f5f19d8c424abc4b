// Reading something from the service whenever that may say something new, one read at a time. While the service is away
// or busy, what was read before stays, is said to be old, and is asked for again.

import { toastUntil } from "../toast.js";

/** Milliseconds until a service that is away or busy is asked again; each time twice as many. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/** Whether the same question may have an answer later. */
const isTransient = (/** @type {any} */ { status }) => status === 0 || status === 429 || status >= 500;

export class Reader {
  #timer = 0;
  #reading = false;
  #again = false;
  #known = false;
  #ended = false;
  #pause = FIRST_PAUSE;
  /** @type {(() => void) | null} */
  #endWarning = null;

  /**
   * @param {object} given
   * @param {() => Promise<unknown>} given.read reads it and shows it; if it gives false, something is missing still
   * @param {(error: Error) => void} [given.failed] gets what has to be shown instead: nothing was read yet, or it is gone
   * @param {number} [given.interval] the least number of milliseconds between two reads that were asked for by `soon`
   * @param {number} [given.share] of the time that reading may take then: 10 for a tenth
   */
  constructor({ read, failed = () => {}, interval = 0, share = 0 }) {
    this.read = read;
    this.failed = failed;
    this.interval = this.rest = interval;
    this.share = share;
  }

  /** Read at once, or when the read that goes on is over. */
  async now() {
    if (this.#ended) return;
    if (this.#reading) return void (this.#again = true);
    clearTimeout(this.#timer);
    [this.#timer, this.#reading, this.#again] = [0, true, false];
    const began = performance.now();
    try {
      const isWhole = (await this.read()) !== false;
      this.rest = Math.max(this.interval, this.share * (performance.now() - began));
      this.#succeed(isWhole);
    } catch (error) {
      if (!this.#ended) this.#miss(/** @type {Error} */ (error));
    }
    this.#reading = false;
    if (this.#again) this.soon();
  }

  /** Read when the last read is long enough ago. */
  soon() {
    this.#again = true;
    if (!this.#reading && !this.#ended) this.#timer ||= setTimeout(() => this.now(), this.rest);
  }

  end() {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#endWarning?.();
  }

  /** @param {boolean} isWhole */
  #succeed(isWhole) {
    [this.#known, this.#pause] = [true, FIRST_PAUSE];
    this.#endWarning?.();
    this.#endWarning = null;
    this.#again ||= !isWhole;
  }

  /** @param {Error} error */
  #miss(error) {
    if (!this.#known || !isTransient(error)) this.failed(error);
    else this.#endWarning ??= toastUntil(`What is shown may be out of date: ${error.message} Trying again …`);
    if (!isTransient(error)) return;
    this.#again = true;
    this.rest = this.#pause;
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
  }
}
