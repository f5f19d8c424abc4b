// Who the service takes this browser for; asked once.

import { get } from "./api.js";

let known = null;
let visitor = null;

/** @returns {Promise<{workspace, role, key_id, expires_at}>} */
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
