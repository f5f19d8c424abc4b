// The part of the form about the data set: built-in and uploaded data sets have different fields, and the columns of
// uploaded ones are known.

import { get } from "../../api.js";
import { whole } from "../../format.js";
import { visible } from "../../visible.js";

/** The fields that only built-in data sets have, and those that all data sets have. */
const BUILT_IN = new Set(["validation_size", "standardize"]);
const COMMON = new Set(["name", "limit"]);
/** The fields that are visible, in this order. The others are rarely needed. */
const OPEN = ["name", "target", "task", "split", "numbers", "categories", "columns"];
/** Maximum number of columns with separate fields; if there are more, they are edited as JSON. */
const MOST = 60;

/** @typedef {{ name: string, type: string, distinct: number | null, role: string | null }} Column */

/** @type {Map<string, Column[] | null>} */
const known = new Map();

/**
 * The columns of a data set; null until they arrive.
 *
 * @param {any} dataset
 * @param {() => void} redraw
 * @returns {Column[] | null}
 */
const columnsOf = ({ id, version }, redraw) => {
  const key = `${id} ${version}`;
  if (!known.has(key)) {
    known.set(key, null);
    get(`/v1/datasets/${id}`).then(
      ({ columns }) => {
        known.set(key, columns);
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
 * @param {any} dataset null if there is no data set with this name
 * @param {() => void} redraw called when the columns have arrived
 */
export const describedFor = (spec, dataset, redraw) => {
  if (!dataset) return spec;
  const columns = dataset.built_in || dataset.version === null ? null : columnsOf(dataset, redraw);
  const fields = spec.fields.map((/** @type {any} */ one) =>
    one.key === "dataset" ? { ...one, fields: fieldsOf(one.fields, dataset, columns) } : one
  );
  return { ...spec, fields };
};

/** @param {any[]} fields @param {any} dataset @param {Column[] | null} columns */
const fieldsOf = (fields, dataset, columns) => {
  const has = (/** @type {string} */ key) =>
    key === "augment" ? hasImages(dataset, columns) : COMMON.has(key) || BUILT_IN.has(key) === dataset.built_in;
  const those = fields.filter(({ key }) => has(key));
  return dataset.built_in ? those : sorted(those).map((one) => describedField(one, columns));
};

/**
 * Whether augmentation is possible. The built-in digits are images, too, although each is one row of inputs.
 * @param {any} dataset
 * @param {Column[] | null} columns
 */
const hasImages = ({ built_in: isBuiltIn, name, input_shape: shape }, columns) =>
  isBuiltIn ? shape.length > 1 || name === "digits" : (columns ?? []).some(({ type }) => type === "image");

/** @param {any[]} fields */
const sorted = (fields) => {
  const place = (/** @type {any} */ { key }) => (OPEN.includes(key) ? OPEN.indexOf(key) : OPEN.length);
  return fields.map((one) => ({ ...one, isOpen: OPEN.includes(one.key) }))
    .toSorted((one, other) => place(one) - place(other));
};

/** @param {any} one @param {Column[] | null} columns */
const describedField = (one, columns) => {
  if (one.key === "target" && columns) {
    const options = columns.map(({ name }) => name);
    return { ...one, form: "choice", options, isVerbatim: true, unsaid: "by default" };
  }
  if (one.key === "columns") {
    return columns && columns.length <= MOST ? rolesOf(one, columns) : { ...one, isOpen: false };
  }
  return one.form === "choice" ? { ...one, unsaid: "by default" } : one;
};

/**
 * The role of each column, instead of a map. The encoding of a column is edited as JSON.
 * @param {any} map
 * @param {Column[]} columns
 */
const rolesOf = (map, columns) => ({
  ...map,
  form: "object",
  label: "Roles of columns",
  switchable: false,
  isFolded: true,
  shorthand: { names: [], number: false },
  fields: columns.map(({ name, type, distinct, role }) => ({
    form: "choice",
    options: map.values.shorthand.names,
    unsaid: role === null ? "by default" : `${role} (default of the data set)`,
    key: name,
    label: visible(name),
    required: false,
    description: distinct === null ? type : `${type}, ${whole(distinct)} ${distinct === 1 ? "value" : "values"}`,
  })),
});
