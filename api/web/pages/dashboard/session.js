// The identity of this browser's user, requested once.

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

/** Whether the user may change something. Await `session` before calling this. */
export const mayChange = () => visitor?.role !== "viewer";
