// What somebody chose in a resolved spec: what is neither a default nor, in a layer, what the network has.

import { isObject } from "../new/json/link.js";
import { same } from "../new/schema/document.js";
import { fieldsOf } from "../new/schema/shorthand.js";

/** @returns {Generator<string>} the paths of the leaves, as "optimizer/beta1" */
export function* choices(spec, description) {
  for (const field of description.fields) {
    if (field.key === "layers") yield* ofLayers(spec, field.item);
    else yield* ofField(spec[field.key], field, field.key);
  }
}

function* ofLayers(spec, item) {
  for (const [i, layer] of spec.layers.entries()) {
    const own = fieldsOf(item, layer).filter(({ key }) => !inherits(spec, key, layer[key]));
    for (const field of own) yield* ofField(layer[field.key], field, `layers/${i}/${field.key}`);
  }
}

/** The automatic initializer is another in each layer, by its activation. */
const inherits = (spec, key, value) => same(value, spec[key]) || (key === "init" && spec.init.kind === "auto");

function* ofField(value, description, path) {
  if (isObject(value)) {
    for (const field of fieldsOf(description, value)) yield* ofField(value[field.key], field, `${path}/${field.key}`);
  } else if (!same(value, description.default)) yield path;
}
