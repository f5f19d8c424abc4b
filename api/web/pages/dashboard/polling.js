// A page whose content is read as a whole: again after each event that concerns it.

import { subscribe } from "./events.js";
import { failure, loading } from "./states.js";
import { Reader } from "./store/reader.js";
import { render } from "./template.js";

/** Reading may take a tenth of the time, because a sweep of a thousand experiments is large. */
const SHARE = 10;

/**
 * Read and show the page, now and after each event that concerns it.
 *
 * @template T
 * @param {Element} root
 * @param {object} page
 * @param {() => Promise<T>} page.read
 * @param {(answer: T) => void} page.take
 * @param {(event: import("./store/snapshot.js").ServiceEvent) => boolean} page.concerns
 * @param {number} page.interval minimum number of milliseconds between two reads
 * @returns a function that stops this
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
