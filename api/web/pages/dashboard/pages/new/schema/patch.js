/** Merge patches (RFC 7396) as Gradus applies them: an object whose `kind` changes loses its other keys. */

import { merged } from "../../../merge_patch.js";
import { isObject } from "../json/link.js";
import { same } from "./document.js";
import { expand } from "./shorthand.js";

/**
 * The patch that turns one document into another. Both contain only values that differ from the defaults, so null
 * stands for the default.
 */
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

/**
 * The document after a patch. A shorthand is expanded before the patch changes a part of it.
 *
 * @param {any} spec its description
 * @param {any} document
 * @param {any} patch
 */
export const patched = (spec, document, patch) => {
  const inside = spec.fields.filter(({ key }) => key in document && isObject(patch[key]));
  const whole = Object.fromEntries(inside.map((one) => [one.key, expand(one, document[one.key]) ?? document[one.key]]));
  return merged({ ...document, ...whole }, patch);
};
