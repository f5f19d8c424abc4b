// The events of one data set, for as long as it is being read.

import { at } from "../address.js";

/** @typedef {{ seq: number, kind: string, at: string, dataset_id: string, data: any }} DatasetEvent */

const KINDS = ["status", "progress", "log", "finding", "end"];

/**
 * Hear of each event with a greater number, up to the end of the reading.
 *
 * @param {string} id
 * @param {number} after number of the last event that is known
 * @param {(event: DatasetEvent) => void} hear
 * @returns a function that ends it
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
