// A stream of a tab's own, in a browser whose tabs cannot share one. It has six connections for all of them: a few tabs
// have a stream at a time, and the others ask anew now and then, so that pages can be fetched still.

import { Connection } from "./connection.js";

/** Tabs that have a stream at a time. */
const STREAMS = 4;
/** Milliseconds until a tab without one asks anew, and whether there is one for it. */
const INTERVAL = 10_000;

export class OwnStream {
  /** @type {Connection | null} */
  #connection = null;
  #timer = 0;
  #ending = new AbortController();

  /** @param {string} url @param {(message: any) => void} hear gets what a `Connection` tells, and "polling" as a state */
  constructor(url, hear) {
    this.url = url;
    this.hear = hear;
    this.#begin();
  }

  /** @param {number} silence */
  check(silence) {
    this.#connection?.check(silence);
  }

  close() {
    this.#ending.abort();
    clearTimeout(this.#timer);
    this.#connection?.close();
  }

  async #begin() {
    const { signal } = this.#ending;
    const mayConnect = await hasPlace(signal);
    if (signal.aborted) return;
    if (mayConnect) {
      this.#connection = new Connection(this.url, this.hear);
      return;
    }
    this.hear({ state: "polling" });
    this.hear({ missed: true });
    this.#timer = setTimeout(() => this.#begin(), INTERVAL);
  }
}

/**
 * Take one of the places until the signal; browsers give locks to pages of HTTPS and of this machine alone, elsewhere
 * there is a place for every tab.
 *
 * @param {AbortSignal} signal
 */
const hasPlace = async (signal) => {
  if (!navigator.locks) return true;
  for (let i = 0; i < STREAMS; i++) {
    if (await held(`gradus-stream-${i}`, signal)) return true;
  }
  return false;
};

/** @param {string} name @param {AbortSignal} signal @returns {Promise<boolean>} */
const held = (name, signal) =>
  new Promise((resolve) => {
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      if (!lock || signal.aborted) return undefined;
      return new Promise((release) => signal.addEventListener("abort", release, { once: true }));
    });
  });
