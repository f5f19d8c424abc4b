// Merge patches (RFC 7396), as findings and failures propose them.

import { isObject } from "../new/json/link.js";

/**
 * The document after the patch: null takes a key away, objects are merged, anything else replaces.
 *
 * @param {any} document
 * @param {any} patch
 * @returns {any}
 */
export const merged = (document, patch) => {
  if (!isObject(patch)) return patch;
  const result = isObject(document) ? { ...document } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
};
