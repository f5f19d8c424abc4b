// Who the service takes this browser for; asked once.

import { get } from "./api.js";

let known = null;
let visitor = null;

/** @returns {Promise<{workspace, role, key_id}>} without a `key_id` where no key is wanted: on this machine itself */
export const session = () => {
  known ??= get("/v1/session").then(
    (found) => (visitor = found),
    (error) => {
      known = null;
      throw error;
    },
  );
  return known;
};

/** Whether buttons that change something are of use; a page has awaited `session` before it asks. */
export const mayChange = () => visitor?.role !== "viewer";

/** Whether the service wants a key of whoever is outside this browser. */
export const isKeyed = () => Boolean(visitor?.key_id);
