// The data sets of the service: they do not change while a page is open, except that their files arrive.

import { get } from "./api.js";

let known = null;

/** @returns {Promise<Map<string, object>>} each by its name */
export const datasets = () => {
  known ??= get("/v1/datasets").then(
    ({ data }) => new Map(data.map((one) => [one.name, one])),
    (error) => {
      known = null;
      throw error;
    },
  );
  return known;
};
