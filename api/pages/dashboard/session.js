// Who the service takes this browser for; asked once.

import { get } from "./api.js";

let known = null;

/** @returns {Promise<{workspace, role, key_id}>} without a `key_id` where no key is wanted: on this machine itself */
export const session = () => {
  known ??= get("/v1/session").catch((error) => {
    known = null;
    throw error;
  });
  return known;
};
