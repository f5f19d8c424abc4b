// A page that follows what happens: read anew after each event that concerns it, one read at a time.

import { subscribe } from "./live.js";
import { passes, Staleness } from "./reread.js";
import { failure, loading } from "./states.js";
import { render } from "./template.js";

/** Reading may take a tenth of the time: a sweep of a thousand is much to read. */
const SHARE = 10;
/** Milliseconds until a service that is away or busy is asked again; each time twice as many. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/**
 * Show what is read, now and after each event that concerns it.
 *
 * @param {{read(): Promise<any>, take(answer: any): void, concerns(event): boolean, calm: number}} page
 *   `calm` is the least number of milliseconds between two reads
 * @returns a function that ends it
 */
export const keepFresh = (root, page) => {
  const reader = new Reader(root, page);
  const end = subscribe((event) => (event.kind === "gap" || page.concerns(event)) && reader.soon());
  render(loading(), root);
  reader.now();
  return () => {
    end();
    reader.end();
  };
};

class Reader {
  #timer = 0;
  #reading = false;
  #stale = false;
  #known = false;
  #ended = false;
  #pause = FIRST_PAUSE;
  #staleness = new Staleness();

  constructor(root, page) {
    this.root = root;
    this.page = page;
    this.rest = page.calm;
  }

  soon() {
    this.#stale = true;
    if (!this.#reading && !this.#ended) this.#timer ||= setTimeout(() => this.now(), this.rest);
  }

  async now() {
    if (this.#reading) return;
    clearTimeout(this.#timer);
    [this.#timer, this.#reading, this.#stale] = [0, true, false];
    await this.#read();
    this.#reading = false;
    if (this.#stale) this.soon();
  }

  end() {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#staleness.over();
  }

  async #read() {
    const began = performance.now();
    try {
      const answer = await this.page.read();
      this.rest = Math.max(this.page.calm, SHARE * (performance.now() - began));
      if (!this.#ended) this.page.take(answer);
      [this.#known, this.#pause] = [true, FIRST_PAUSE];
      this.#staleness.over();
    } catch (error) {
      if (!this.#ended) this.#miss(error);
    }
  }

  /** What is shown stays while the service is away or busy: it is asked again. */
  #miss(error) {
    if (!this.#known || !passes(error)) render(failure(error, () => this.now()), this.root);
    else this.#staleness.say(error);
    this.#stale ||= passes(error);
    this.rest = this.#pause;
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
  }
}
