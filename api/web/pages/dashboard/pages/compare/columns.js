// The columns of the comparison: the differences of the specs, the origin of the runs, and the results.

import { number } from "../../api.js";
import { has, isLower, measuredIn, metric, scores, written as inWords } from "../../metrics.js";
import { differences, written } from "./differences.js";
import { provenance } from "./provenance.js";

/** The keys of the metrics that show a run's result, the most informative first. */
const resultKeys = () => {
  const time = measuredIn("s");
  return [...["validation", "test", "train"].flatMap(scores), ...(time ? [time] : [])].map(({ key }) => key);
};

/**
 * @param {object[]} experiments
 * @param {object} description the description of a spec, with its defaults
 * @param {"best" | "latest"} at the epoch whose values are shown
 * @param {string} first the metric in the first column
 * @returns {{key, label, number: boolean, lower: boolean, value(experiment): any, text(experiment): string}[]}
 */
export const columns = (experiments, description, at, first) => {
  const results = [first, ...resultKeys().filter((key) => key !== first)]
    .filter((key) => experiments.some((one) => has(one[at], key)))
    .map((key) => result(key, at));
  const inSpecs = differences(experiments.map((one) => one.spec), description);
  const differing = [...inSpecs, ...provenance(experiments, !inSpecs.length)].map((row) =>
    difference(row, experiments)
  );
  return [...results.slice(0, 1), ...differing, ...results.slice(1), epochOf(at)];
};

const epochOf = (at) => (
  {
    key: "epoch",
    label: "Epoch",
    number: true,
    lower: false,
    value: (one) => one[at]?.epoch,
    text: (one) => one[at]?.epoch ?? "–",
  }
);

const difference = ({ path, values }, experiments) => {
  const of = new Map(experiments.map((one, i) => [one.id, values[i]]));
  const numeric = values.every((value) => typeof value === "number" || value === undefined || value === null);
  return {
    key: `spec ${path}`,
    label: path.replaceAll("/", "."),
    number: numeric,
    lower: true,
    value: (one) => of.get(one.id),
    text: (one) => written(of.get(one.id)),
  };
};

/** @param {string} key @param {"best" | "latest"} at */
const result = (key, at) => ({
  key,
  label: metric(key).label,
  number: true,
  lower: isLower(key),
  value: (/** @type {any} */ one) => (one[at] ? number(one[at][key]) : undefined),
  text: (/** @type {any} */ one) => (one[at] ? inWords(key, one[at][key], one) : "–"),
});

/** The experiments sorted by a column; those without a value come last in either direction. */
export const sorted = (experiments, column, down) => {
  const known = (one) =>
    column.value(one) !== undefined && column.value(one) !== null && !Number.isNaN(column.value(one));
  const [there, absent] = [experiments.filter(known), experiments.filter((one) => !known(one))];
  const order = (one, other) => compare(column.value(one), column.value(other)) * (down ? -1 : 1);
  return [...there.toSorted(order), ...absent];
};

const compare = (one, other) => {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), "en", { numeric: true });
};
