/**
 * Converts a JSON Schema to the description of a form. The form knows no field and no kind by name: it can show
 * whatever the catalog's schema contains.
 *
 * A description is one of
 *   number   a number; `integer`, `low` and `high` bounds where it has them, `isLogarithmic` if it spans powers of ten, and
 *            `words` that are allowed instead ("full")
 *   text     `long` if it may have several lines
 *   flag     true or false
 *   choice   one of `options`
 *   union    one of `kinds`, each with its own `fields`, distinguished by the key `kind`
 *   object   `fields`; `switchable` if it can be switched off
 *   texts    a list of short texts
 *   list     a list of `item`
 *   map      a map with any keys, whose values are `values`
 *   json     anything else, to be written as JSON
 * and all have `default` (undefined if there is none), `nullable`, `description` and, as fields, `key` and `required`.
 */

/**
 * @param {object} schema
 * @param {Object<string, object>} definitions the schemas that its references point to, by name
 */
export const describe = (schema, definitions) => {
  const found = resolve(schema, definitions);
  const all = branches(found, definitions);
  return {
    ...shape(all, definitions),
    nullable: all.some((branch) => branch.type === "null"),
    default: found.default,
    description: found.description ?? "",
  };
};

const resolve = (schema, definitions) => {
  if (!schema.$ref) return schema;
  const { $ref, ...beside } = schema;
  return { ...resolve(definitions[$ref.split("/").at(-1)], definitions), ...beside };
};

/** The alternatives of a schema, at any depth. */
const branches = (schema, definitions) => {
  const found = resolve(schema, definitions);
  const inner = found.anyOf ?? found.oneOf;
  return inner ? inner.flatMap((branch) => branches(branch, definitions)) : [found];
};

const shape = (all, definitions) => {
  const objects = all.filter((branch) => branch.properties);
  if (objects.length && all.some(isFreeText)) return { form: "json" }; // there is no text shorthand for the object
  if (objects.length) return composite(all, objects, definitions);
  const array = all.find((branch) => branch.type === "array");
  if (array) return list(describe(array.items ?? {}, definitions));
  const map = all.find((branch) => typeof branch.additionalProperties === "object");
  if (map) return { form: "map", values: describe(map.additionalProperties, definitions) };
  const options = all.flatMap((branch) => branch.enum ?? []);
  const numbers = all.filter((branch) => branch.type === "number" || branch.type === "integer");
  if (numbers.length) return number(numbers, all);
  if (options.length) return { form: "choice", options };
  if (all.some((branch) => branch.type === "boolean")) return { form: "flag" };
  const text = all.find((branch) => branch.type === "string");
  if (text) return { form: "text", long: (text.maxLength ?? 0) > LONG };
  return { form: "json" };
};

const LONG = 1000;

/** Whether any text is allowed as the value. */
const isFreeText = (branch) => branch.type === "string" && !branch.enum && branch.const === undefined;

const composite = (all, objects, definitions) => {
  const shorthand = {
    names: all.flatMap((branch) => branch.enum ?? []),
    number: all.some((branch) => branch.type === "integer" || branch.type === "number"),
  };
  if (objects.every((branch) => branch.properties.kind?.const !== undefined)) {
    return { form: "union", kinds: kindsOf(objects, shorthand.names, definitions), shorthand };
  }
  const switchable = all.some((branch) => branch.const === true);
  const [branch] = objects;
  return {
    form: "object",
    fields: fieldsOf(branch, definitions),
    about: branch.description ?? "",
    switchable,
    shorthand,
  };
};

/** The kinds in order: first the names without fields, then the kinds that are objects. */
const kindsOf = (objects, names, definitions) => {
  const kinds = objects.map((branch) => {
    const kind = branch.properties.kind.const;
    const fields = fieldsOf(branch, definitions);
    return {
      kind,
      title: branch.title,
      description: branch.description ?? "",
      fields: names.includes(kind) ? fields.map((field) => ({ ...field, required: false })) : fields,
    };
  });
  const alone = names.filter((name) => kinds.every(({ kind }) => kind !== name));
  return [...alone.map((kind) => ({ kind, title: kind, description: "", fields: [] })), ...kinds];
};

const fieldsOf = (schema, definitions) => {
  return Object.entries(schema.properties)
    .filter(([key]) => key !== "kind")
    .map(([key, inner]) => ({
      key,
      required: (schema.required ?? []).includes(key),
      ...describe(inner, definitions),
    }));
};

const list = (item) => {
  return item.form === "text" ? { form: "texts" } : { form: "list", item };
};

const number = (numbers, all) => {
  return {
    form: "number",
    integer: numbers.every((branch) => branch.type === "integer"),
    low: bound(numbers, "inimum", Math.min),
    high: bound(numbers, "aximum", Math.max),
    isLogarithmic: numbers.some((branch) => branch.scale === "log"),
    words: all.filter((branch) => typeof branch.const === "string").map((branch) => branch.const),
  };
};

/** The widest of the bounds, inclusive or exclusive; undefined if there is none. */
const bound = (numbers, name, widest) => {
  const found = numbers.map((branch) => branch[`m${name}`] ?? branch[`exclusiveM${name}`]);
  return found.includes(undefined) ? undefined : widest(...found);
};
