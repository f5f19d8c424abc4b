// The data sets that the service has.

import { get } from "./api.js";

/** Milliseconds for which an answer holds: the parts of a page ask at the same time. */
const FRESH = 1000;
/** On one page of the service. */
const PAGE = 200;

/** @type {Promise<Map<string, any>> | null} */
let known = null;

/** @returns {Promise<Map<string, any>>} each by its name, the newest first and the built-in ones last */
export const datasets = () => {
  if (!known) {
    known = all();
    setTimeout(forgetDatasets, FRESH);
  }
  return known;
};

/** What is asked next is asked anew. */
export const forgetDatasets = () => {
  known = null;
};

const all = async () => {
  /** @type {any[]} */
  const found = [];
  /** @type {string | null} */
  let cursor = null;
  do {
    const { data, next_cursor: next } = await get("/v1/datasets", { limit: PAGE, cursor });
    found.push(...data);
    cursor = next;
  } while (cursor !== null);
  return new Map(found.map((one) => [one.name, one]));
};
