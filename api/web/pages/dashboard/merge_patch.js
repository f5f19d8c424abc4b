// Merge patches (RFC 7396), which findings and failures propose, and their changes.

import { isObject } from "./pages/new/json/link.js";
import { same } from "./pages/new/schema/document.js";

/**
 * The document after the patch: null removes a key, objects are merged, any other value replaces the old one. As in the
 * service, an object whose `kind` changes loses its other keys.
 *
 * @param {any} document
 * @param {any} patch
 * @returns {any}
 */
export const merged = (document, patch) => {
  if (!isObject(patch)) return patch;
  const result = isObject(document) && !isOtherKind(document, patch) ? { ...document } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
};

/** @typedef {{ path: string, from: unknown, to: unknown }} Change undefined if there is no value */

/**
 * The changes that a patch makes to a document, leaf by leaf; lists of equal length are compared item by item.
 *
 * @param {any} document undefined if it is not known
 * @param {any} patch
 * @returns {Change[]}
 */
export const changesOf = (document, patch) => {
  const after = merged(document, patch);
  return Object.keys(patch).flatMap((key) => between(document?.[key], after[key], key));
};

/** @param {any} before @param {any} after @param {string} path @returns {Change[]} */
const between = (before, after, path) => {
  if (same(before, after)) return [];
  const keys = shared(before, after);
  if (!keys) return [{ path, from: before ?? undefined, to: after ?? undefined }];
  return keys.flatMap((key) => between(before?.[key], after[key], `${path}.${key}`));
};

/** The keys of both values, if they are compared key by key. @param {any} before @param {any} after */
const shared = (before, after) => {
  if (Array.isArray(before) && Array.isArray(after)) return before.length === after.length ? Object.keys(after) : null;
  if (!isObject(after) || (before !== undefined && !isObject(before))) return null;
  if ("kind" in after && (before === undefined || isOtherKind(before, after))) return null;
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after)])];
};

/** @param {any} document @param {any} patch */
const isOtherKind = (document, patch) => patch.kind !== undefined && patch.kind !== document.kind;
