// The metrics of an epoch from the service's catalog: their labels, units, and whether lower or higher is better.

import { number } from "./api.js";
import { catalog } from "./catalog.js";
import { duration, figure, percent, places, whole } from "./format.js";

/**
 * @typedef {object} Metric
 * @property {string} key of a row of metrics
 * @property {string} label
 * @property {string | null} unit
 * @property {"min" | "max" | "none"} direction whether low or high values are better
 * @property {string} panel the chart that it belongs to
 * @property {string | null} split the split that it is measured on
 * @property {string[]} tasks the tasks that have it
 * @property {boolean} objective whether it can be the objective of a sweep
 */

/** @type {Metric[]} */
let known = [];

/** Load the catalog. Call this before anything is drawn. */
export const loadMetrics = async () => {
  known = (await catalog()).metrics;
};

/** All metrics, in the order of a metrics row. */
export const metrics = () => known;

/**
 * The metric with this key. An unknown metric is treated as a plain number with the key as its name.
 *
 * @param {string} key
 * @returns {Metric}
 */
export const metric = (key) =>
  known.find((one) => one.key === key) ??
    { key, label: words(key), unit: null, direction: "none", panel: key, split: null, tasks: [], objective: false };

const words = (/** @type {string | null} */ key) => {
  const text = String(key).replaceAll("_", " "); // events of an older service do not name a metric
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** The label for use within a sentence. */
export const label = (/** @type {string} */ key) => metric(key).label.toLowerCase();

export const isFraction = (/** @type {string} */ key) => metric(key).unit === "fraction";

/** Whether lower values are better. */
export const isLower = (/** @type {string} */ key) => metric(key).direction === "min";

/** The metrics of a split by which models are compared, the most informative first. */
export const scores = (/** @type {string} */ split) =>
  known.filter((one) => one.objective && one.split === split).toSorted((one, other) =>
    Number(other.direction === "max") - Number(one.direction === "max")
  );

/** The metrics of a split. @param {string} split */
export const lossOf = (split) => known.find((one) => one.objective && one.split === split && one.direction === "min");

/** The metric with this unit, such as "s". @param {string} unit */
export const measuredIn = (unit) => known.find((one) => one.unit === unit);

/** Whether the row has a value of the metric: accuracies of a regression have none. */
export const has = (/** @type {any} */ row, /** @type {string} */ key) => (row?.[key] ?? null) !== null;

/**
 * A value as text. A fraction has as many decimals as the number of examples justifies.
 *
 * @param {string} key
 * @param {number | string | null | undefined} value
 * @param {any} [experiment] the experiment that it belongs to
 */
export const written = (key, value, experiment) => {
  const { unit, split } = metric(key);
  if (unit === "s") return duration(value);
  if (unit === "1/s") return whole(Math.round(number(value)));
  if (unit !== "fraction") return figure(value);
  const examples = experiment?.[`${split}_examples`];
  return percent(value, places(examples && 1 / examples));
};

/** Whether a value is better than another. Null and NaN are never better, and any number is better than null or NaN. */
export const isBetter = (/** @type {string} */ key, /** @type {any} */ value, /** @type {any} */ best) => {
  const [one, other] = [value, best].map((given) => (given === null ? NaN : number(given)));
  if (Number.isNaN(one) || Number.isNaN(other)) return !Number.isNaN(one);
  return metric(key).direction === "max" ? one > other : one < other;
};
