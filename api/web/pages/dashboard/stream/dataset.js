// The events of a data set while it is being read.

import { at } from "../address.js";

/** @typedef {{ seq: number, kind: string, at: string, dataset_id: string, data: any }} DatasetEvent */

const KINDS = ["status", "progress", "log", "finding", "end"];

/**
 * Listen to the events with greater numbers, until the reading ends.
 *
 * @param {string} id
 * @param {number} after number of the last known event
 * @param {(event: DatasetEvent) => void} hear
 * @returns a function that stops listening
 */
export const follow = (id, after, hear) => {
  const source = new EventSource(at(`/v1/datasets/${encodeURIComponent(id)}/events?after=${after}`));
  const close = () => {
    source.close();
    removeEventListener("pagehide", close);
  };
  const take = (/** @type {MessageEvent} */ { data }) => {
    const event = JSON.parse(data);
    if (event.kind === "end") close();
    hear(event);
  };
  for (const kind of KINDS) source.addEventListener(kind, take);
  addEventListener("pagehide", close);
  return close;
};
