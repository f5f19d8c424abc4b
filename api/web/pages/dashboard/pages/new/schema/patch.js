/** Merge patches (RFC 7396) as Gradus reads them: an object whose `kind` changes begins anew. */

import { isObject } from "../json/link.js";
import { same } from "./document.js";

/** What turns one document into another; both say only what differs from the defaults, so that null means default. */
export const patchBetween = (before, after) => {
  const patch = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!(key in after)) patch[key] = null;
    else if (!same(before[key], after[key])) patch[key] = changeOf(before[key], after[key]);
  }
  return patch;
};

const changeOf = (before, after) => {
  const mergeable = isObject(before) && isObject(after) && before.kind === after.kind;
  return mergeable ? patchBetween(before, after) : after;
};
