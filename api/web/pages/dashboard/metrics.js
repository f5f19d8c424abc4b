// The metrics of an epoch, as the service's catalogue has them: what each is called, how it is written, which way is
// better.

import { number } from "./api.js";
import { catalog } from "./catalog.js";
import { duration, figure, percent, places, whole } from "./format.js";

/**
 * @typedef {object} Metric
 * @property {string} key of a row of metrics
 * @property {string} label
 * @property {string | null} unit
 * @property {"min" | "max" | "none"} direction which values are better
 * @property {string} panel the chart that it belongs to
 * @property {string | null} split the examples that it is measured on
 * @property {string[]} tasks those that have it
 * @property {boolean} objective whether a sweep can be judged by it
 */

/** @type {Metric[]} */
let known = [];

/** Ask for the catalogue, before anything is drawn. */
export const loadMetrics = async () => {
  known = (await catalog()).metrics;
};

/** Every metric, in the order of a row. */
export const metrics = () => known;

/**
 * The metric of this key. One that the catalogue does not have is a plain number of this name.
 *
 * @param {string} key
 * @returns {Metric}
 */
export const metric = (key) =>
  known.find((one) => one.key === key) ??
    { key, label: words(key), unit: null, direction: "none", panel: key, split: null, tasks: [], objective: false };

const words = (/** @type {string | null} */ key) => {
  const text = String(key).replaceAll("_", " "); // an older service's events say no metric
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** Inside of a sentence. */
export const label = (/** @type {string} */ key) => metric(key).label.toLowerCase();

export const isFraction = (/** @type {string} */ key) => metric(key).unit === "fraction";

/** Whether less is better. */
export const isLower = (/** @type {string} */ key) => metric(key).direction === "min";

/** The metrics by which models are judged: of these examples, the most telling first. */
export const scores = (/** @type {string} */ split) =>
  known.filter((one) => one.objective && one.split === split).toSorted((one, other) =>
    Number(other.direction === "max") - Number(one.direction === "max")
  );

/** Of these examples. @param {string} split */
export const lossOf = (split) => known.find((one) => one.objective && one.split === split && one.direction === "min");

/** The one with this unit, such as "s". @param {string} unit */
export const measuredIn = (unit) => known.find((one) => one.unit === unit);

/** Whether the row has a value of the metric: accuracies of a regression have none. */
export const has = (/** @type {any} */ row, /** @type {string} */ key) => (row?.[key] ?? null) !== null;

/**
 * A value in words; a share has the digits that the number of its examples gives.
 *
 * @param {string} key
 * @param {number | string | null | undefined} value
 * @param {any} [experiment] whose it is
 */
export const written = (key, value, experiment) => {
  const { unit, split } = metric(key);
  if (unit === "s") return duration(value);
  if (unit === "1/s") return whole(Math.round(number(value)));
  if (unit !== "fraction") return figure(value);
  const examples = experiment?.[`${split}_examples`];
  return percent(value, places(examples && 1 / examples));
};

/** Null and NaN are never better, and any number is better than they are. */
export const isBetter = (/** @type {string} */ key, /** @type {any} */ value, /** @type {any} */ best) => {
  const [one, other] = [value, best].map((given) => (given === null ? NaN : number(given)));
  if (Number.isNaN(one) || Number.isNaN(other)) return !Number.isNaN(one);
  return metric(key).direction === "max" ? one > other : one < other;
};
