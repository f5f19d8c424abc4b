// The service's catalog. It is requested once, because it does not change while a page is open.

import { get } from "./api.js";

/** @type {Promise<any> | null} */
let asked = null;

/** The catalog. If the request fails, the next call repeats it. */
export const catalog = () => {
  asked ??= get("/v1/catalog").catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
};
