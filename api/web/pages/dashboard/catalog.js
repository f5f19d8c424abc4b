// What the service knows, as it says it: asked once, for it does not change while a page is open.

import { get } from "./api.js";

/** @type {Promise<any> | null} */
let asked = null;

/** The catalogue; one that could not be had is asked for again the next time. */
export const catalog = () => {
  asked ??= get("/v1/catalog").catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
};
