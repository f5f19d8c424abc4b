// The places of a spec that a sweep can vary, as dotted paths: "optimizer.lr", "layers.0.units".

import { expand, fieldsOf } from "../schema/shorthand.js";

const NOT_VARIED = new Set(["name", "tags", "notes", "priority", "seed", "checkpoint", "statistics"]);

/**
 * @param {object} description of the spec
 * @param {object} document the base
 * @returns {Map<string, object>} the field at each path
 */
export const pathsOf = (description, document) => {
  const found = new Map();
  for (const field of description.fields) {
    if (!NOT_VARIED.has(field.key)) gather(found, field.key, field, document?.[field.key]);
  }
  return found;
};

const gather = (found, path, field, value) => {
  if (field.form === "list") {
    if (Array.isArray(value)) value.forEach((item, i) => inside(found, `${path}.${i}`, field.item, item));
    return;
  }
  found.set(path, field);
  if (field.form === "union" || field.form === "object") inside(found, path, field, value ?? field.default);
};

const inside = (found, path, description, value) => {
  for (const field of fieldsOf(description, expand(description, value))) {
    gather(found, `${path}.${field.key}`, field, undefined);
  }
};
