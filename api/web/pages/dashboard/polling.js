// A page whose content the service computes as a whole: read anew after each event that concerns it.

import { subscribe } from "./events.js";
import { failure, loading } from "./states.js";
import { Reader } from "./store/reader.js";
import { render } from "./template.js";

/** Reading may take a tenth of the time: a sweep of a thousand is much to read. */
const SHARE = 10;

/**
 * Show what is read, now and after each event that concerns it.
 *
 * @template T
 * @param {Element} root
 * @param {object} page
 * @param {() => Promise<T>} page.read
 * @param {(answer: T) => void} page.take
 * @param {(event: import("./store/snapshot.js").ServiceEvent) => boolean} page.concerns
 * @param {number} page.interval the least number of milliseconds between two reads
 * @returns a function that ends it
 */
export const poll = (root, { read, take, concerns, interval }) => {
  let ended = false;
  const reader = new Reader({
    read: async () => {
      const answer = await read();
      if (!ended) take(answer);
    },
    failed: (error) => render(failure(error, () => reader.now()), root),
    interval,
    share: SHARE,
  });
  const unsubscribe = subscribe((event) => concerns(event) && reader.soon(), () => reader.soon());
  render(loading(), root);
  reader.now();
  return () => {
    ended = true;
    unsubscribe();
    reader.end();
  };
};
