// Reads something from the service whenever it may have changed, one read at a time. While the service is unavailable
// or busy, the last result stays, is marked as outdated, and the read is repeated.

import { toastUntil } from "../toast.js";

/** Milliseconds until a request to an unavailable or busy service is repeated; doubled each time. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/** Whether the same request may succeed later. */
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
   * @param {() => Promise<unknown>} given.read reads and shows it; returns false if something is still missing
   * @param {(error: Error) => void} [given.failed] called with an error to show instead: nothing was read yet, or it no
   *   longer exists
   * @param {number} [given.interval] minimum number of milliseconds between two reads that `soon` requests
   * @param {number} [given.share] limits the time that these reads may take: 10 for a tenth
   */
  constructor({ read, failed = () => {}, interval = 0, share = 0 }) {
    this.read = read;
    this.failed = failed;
    this.interval = this.rest = interval;
    this.share = share;
  }

  /** Read at once, or when the current read has ended. */
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

  /** Read as soon as the last read is long enough ago. */
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
