/** The two ways to write a composite: `"adam"` and `{"kind": "adam"}`, 300 and `{"kind": "dense", "units": 300}`. */

/** The kind of a value with this description; if the value has none, the kind of the default, or the first kind. */
export const kindOf = (description, value) => {
  const kind = expand(description, value)?.kind ?? expand(description, description.default)?.kind;
  return description.kinds.find((one) => one.kind === kind) ?? description.kinds[0];
};

/** The fields of a value; if there are kinds, those of its kind. */
export const fieldsOf = (description, value) => {
  return description.form === "union" ? kindOf(description, value).fields : description.fields;
};

/** The key of the value that a plain number or name stands for: the first required key, else the first key. */
const bareKey = (fields) => {
  return (fields.find((field) => field.required) ?? fields[0])?.key;
};

/** The value expanded to an object; undefined if there is none, for example if the object is switched off. */
export const expand = (description, value) => {
  if (value === undefined || value === null || value === false) return undefined;
  if (Array.isArray(value)) return undefined;
  if (typeof value === "object") return value;
  if (value === true) return {};
  if (description.form === "object") return { [bareKey(description.fields)]: value };
  if (typeof value === "string") return { kind: value };
  return { kind: description.kinds[0].kind, [bareKey(description.kinds[0].fields)]: value };
};

/** The shortest form of an object. */
export const contract = (description, object) => {
  return description.form === "union" ? shortWord(description, object) : shortObject(description, object);
};

const shortWord = (description, object) => {
  const { kinds, shorthand } = description;
  const { kind = kinds[0].kind, ...rest } = object;
  const keys = Object.keys(rest);
  if (!keys.length && shorthand.names.includes(kind)) return kind;
  const bare = bareKey(kinds[0].fields);
  const alone = keys.length === 1 && keys[0] === bare && kind === kinds[0].kind;
  if (alone && shorthand.number && typeof rest[bare] === "number") return rest[bare];
  const isFirst = shorthand.number && description.default === undefined && kind === kinds[0].kind && bare in rest;
  return kinds.length === 1 || isFirst ? rest : { kind, ...rest };
};

const shortObject = (description, object) => {
  const { fields, shorthand, switchable } = description;
  const keys = Object.keys(object);
  if (!keys.length && switchable) return true;
  const bare = bareKey(fields);
  const alone = keys.length === 1 && keys[0] === bare;
  if (!alone) return object;
  const value = object[bare];
  return shorthand.names.includes(value) || (shorthand.number && typeof value === "number") ? value : object;
};
