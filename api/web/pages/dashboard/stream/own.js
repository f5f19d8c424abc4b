// A separate stream for a tab, in a browser whose tabs cannot share one. A browser opens only six connections to a
// service: a few tabs have a stream at a time, and the others poll, so that connections are left for requests.

import { Connection } from "./connection.js";

/** Maximum number of tabs with a stream. */
const STREAMS = 4;
/** Polling interval in milliseconds of a tab without a stream, after which it also tries to get one. */
const INTERVAL = 10_000;

export class OwnStream {
  /** @type {Connection | null} */
  #connection = null;
  #timer = 0;
  #ending = new AbortController();

  /**
   * @param {string} url
   * @param {(message: any) => void} hear called with the messages of a `Connection`, and with "polling" as a state
   */
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
 * Hold one of the slots until the signal. Browsers provide locks only on HTTPS and localhost; elsewhere every tab gets
 * a slot.
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
