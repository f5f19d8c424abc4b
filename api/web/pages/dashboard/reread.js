// Reading again what could not be read, until it can: what is shown stays meanwhile, and is said to be old.

import { toastUntil } from "./toast.js";

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/** Whether the same question may have an answer later: the service is away or busy. */
export const passes = ({ status }) => status === 0 || status === 429 || status >= 500;

/** Says that what is shown may be old, from the first miss to the next success. */
export class Staleness {
  #end = null;

  say(error) {
    this.#end ??= toastUntil(`What is shown may be out of date: ${error.message} Trying again …`);
  }

  over() {
    this.#end?.();
    this.#end = null;
  }
}

/** One thing to read, one read at a time. */
export class Rereader {
  #known = false;
  #reading = false;
  #again = false;
  #ended = false;
  #pause = FIRST_PAUSE;
  #timer = 0;
  #staleness = new Staleness();

  /**
   * @param {() => Promise<void>} read reads it and shows it
   * @param {(error: Error) => void} failed gets what has to be shown instead: nothing was read yet, or it is gone
   */
  constructor(read, failed) {
    this.read = read;
    this.failed = failed;
  }

  async now() {
    if (this.#ended) return;
    if (this.#reading) return void (this.#again = true);
    clearTimeout(this.#timer);
    [this.#reading, this.#again] = [true, false];
    try {
      await this.read();
      [this.#known, this.#pause] = [true, FIRST_PAUSE];
      this.#staleness.over();
    } catch (error) {
      if (!this.#ended) this.#miss(error);
    }
    this.#reading = false;
    if (this.#again && !this.#ended) this.now();
  }

  end() {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#staleness.over();
  }

  #miss(error) {
    if (!this.#known || !passes(error)) this.failed(error);
    else this.#staleness.say(error);
    if (!passes(error)) return;
    this.#timer = setTimeout(() => this.now(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
  }
}
