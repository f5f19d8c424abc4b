// The values of a resolved spec that somebody chose: neither defaults nor, in a layer, values inherited from the
// experiment.

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

/** The automatic initializer differs between layers, because it depends on the activation function. */
const inherits = (spec, key, value) => same(value, spec[key]) || (key === "init" && spec.init.kind === "auto");

function* ofField(value, description, path) {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      yield `${path}/${i}`;
      if (isObject(item)) yield* ofField(item, description.item ?? ANYTHING, `${path}/${i}`);
    }
  } else if (!isObject(value)) {
    if (!same(value, description.default)) yield path;
  } else {
    for (const [key, inner] of within(value, description)) yield* ofField(value[key], inner, `${path}/${key}`);
  }
}

/** Values without a description count as chosen. */
const ANYTHING = { form: "json", default: undefined };

/** The keys of an object with their descriptions; for a map, such as the roles of columns, all keys that it has. */
const within = (value, description) =>
  description.form === "union" || description.form === "object"
    ? fieldsOf(description, value).map((field) => [field.key, field])
    : Object.keys(value).map((key) => [key, description.values ?? ANYTHING]);
