// The data sets of the service.

import { get } from "./api.js";

/** Milliseconds for which an answer is cached, because the parts of a page ask at the same time. */
const FRESH = 1000;
/** Number of data sets on one page of the list. */
const PAGE = 200;

/** @type {Promise<Map<string, any>> | null} */
let known = null;

/** @returns {Promise<Map<string, any>>} the data sets by name, newest first, built-in ones last */
export const datasets = () => {
  if (!known) {
    known = all();
    setTimeout(forgetDatasets, FRESH);
  }
  return known;
};

/** Discard the cached answer. */
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
