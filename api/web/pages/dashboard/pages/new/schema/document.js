/**
 * Documents that contain only values that differ from the defaults, and changes of them. Values are never changed in
 * place.
 */

import { isObject } from "../json/link.js";
import { contract, expand, fieldsOf, kindOf } from "./shorthand.js";

/** Whether two JSON values are equal, regardless of the order of their keys. */
export const same = (one, other) => {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => key in other && same(one[key], other[key]));
};

/** The value without defaults; undefined if nothing is left. */
export const sparse = (description, value) => {
  const short = shortened(description, value);
  return same(short, shortened(description, description.default)) ? undefined : short;
};

const shortened = (description, value) => {
  if (description.form === "list" && Array.isArray(value)) {
    return value.map((item) => shortened(description.item, item));
  }
  if (description.form === "map" && isObject(value)) {
    return mapped(value, (item) => shortened(description.values, item));
  }
  const object = isComposite(description) ? expand(description, value) : undefined;
  return object === undefined ? value : contract(description, sparseFields(description, object));
};

const sparseFields = (description, object) => {
  const fields = new Map(fieldsOf(description, object).map((field) => [field.key, field]));
  const kept = Object.entries(object)
    .map(([key, value]) => [key, fields.has(key) ? sparse(fields.get(key), value) : value])
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept);
};

const mapped = (map, change) => Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));

const isComposite = (description) => {
  return description.form === "union" || description.form === "object";
};

/**
 * The value at a path; undefined if there is none.
 *
 * @param {any} description
 * @param {any} document
 * @param {(string | number)[]} path
 * @returns {any}
 */
export const read = (description, document, [key, ...rest]) => {
  if (key === undefined) return document;
  if (description.form === "list") return read(description.item, document?.[key], rest);
  const object = expand(description, document);
  return read(fieldAt(description, object, key), object?.[key], rest);
};

/**
 * The document with another value at a path; undefined restores the default.
 *
 * @param {any} description
 * @param {any} document
 * @param {(string | number)[]} path
 * @param {any} value
 * @param {boolean} keep Keep values that equal their defaults, and use no shorthands: a merge patch changes another
 *   document, which may have other values there.
 */
export const write = (description, document, [key, ...rest], value, keep = false) => {
  if (key === undefined) return value;
  if (description.form === "list") {
    const items = [...document];
    items[key] = write(description.item, items[key], rest, value, keep);
    return items;
  }
  const object = expand(description, document) ?? blank(description);
  const field = fieldAt(description, object, key);
  const after = write(field, object[key], rest, value, keep);
  const gone = after === undefined || (!keep && same(after, shortened(field, field.default)));
  return finished(description, placed(description, object, key, gone ? undefined : after), keep);
};

const blank = (description) => {
  return description.form === "union" ? { kind: kindOf(description).kind } : {};
};

/** Existing keys keep their order; a new key goes to its position in the schema. */
const placed = (description, object, key, value) => {
  const entries = Object.entries(object);
  if (value === undefined) return Object.fromEntries(entries.filter(([name]) => name !== key));
  const order = ["kind", ...fieldsOf(description, object).map((field) => field.key)];
  const at = entries.findIndex(([name]) => name === key);
  if (at >= 0) return Object.fromEntries(entries.with(at, [key, value]));
  const after = entries.findLastIndex(([name]) => order.indexOf(name) < order.indexOf(key));
  return Object.fromEntries(entries.toSpliced(after + 1, 0, [key, value]));
};

const finished = (description, object, keep) => {
  const bare = keep && Object.keys(object).length > 0;
  return bare ? object : contract(description, object);
};

const fieldAt = (description, object, key) => {
  return fieldsOf(description, object).find((field) => field.key === key) ?? { form: "json" };
};
