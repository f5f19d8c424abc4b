// The part of the form about a data set: a built-in one has other words than one of a person's own, whose columns are known.

import { get } from "../../api.js";
import { visible } from "../../visible.js";

/** The words that built-in data sets have alone, and those that all have. */
const BUILT_IN = new Set(["validation_size", "standardize"]);
const COMMON = new Set(["name", "limit"]);
/** Columns that have fields of their own; more are written as JSON. */
const MOST = 60;

/** @type {Map<string, string[] | null>} */
const known = new Map();

/**
 * The names of a data set's columns; null until they are here.
 *
 * @param {any} dataset
 * @param {() => void} redraw
 * @returns {string[] | null}
 */
const columnsOf = ({ id, version }, redraw) => {
  const key = `${id} ${version}`;
  if (!known.has(key)) {
    known.set(key, null);
    get(`/v1/datasets/${id}`).then(
      ({ columns }) => {
        known.set(key, columns.map((/** @type {any} */ { name }) => name));
        redraw();
      },
      () => known.delete(key),
    );
  }
  return known.get(key) ?? null;
};

/**
 * The description of a spec, for this data set.
 *
 * @param {any} spec
 * @param {any} dataset null if there is none of its name
 * @param {() => void} redraw once more is known
 */
export const describedFor = (spec, dataset, redraw) => {
  if (!dataset) return spec;
  const names = dataset.built_in || dataset.version === null ? null : columnsOf(dataset, redraw);
  const fields = spec.fields.map((/** @type {any} */ one) =>
    one.key === "dataset" ? { ...one, fields: fieldsOf(one.fields, dataset, names) } : one
  );
  return { ...spec, fields };
};

/** @param {any[]} fields @param {any} dataset @param {string[] | null} names */
const fieldsOf = (fields, dataset, names) =>
  fields
    .filter(({ key }) => COMMON.has(key) || BUILT_IN.has(key) === dataset.built_in)
    .map((one) => {
      if (!names) return one;
      if (one.key === "target") {
        return { ...one, form: "choice", options: names, isVerbatim: true, unsaid: "by default" };
      }
      return one.key === "columns" && names.length <= MOST ? columns(one, names) : one;
    });

/** The role of each column, in place of a map. An encoding of its own is written as JSON. @param {any} map @param {string[]} names */
const columns = (map, names) => ({
  ...map,
  form: "object",
  label: "Roles of columns",
  switchable: false,
  shorthand: { names: [], number: false },
  fields: names.map((name) => ({
    form: "choice",
    options: map.values.shorthand.names,
    unsaid: "by default",
    key: name,
    label: visible(name),
    required: false,
    description: "",
  })),
});
