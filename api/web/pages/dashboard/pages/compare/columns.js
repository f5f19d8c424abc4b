// The columns of the comparison: where the specs differ, how the runs came about, and what came of it.

import { number } from "../../api.js";
import { has, metric } from "../../metrics.js";
import { differences, written } from "./differences.js";
import { origins } from "./origins.js";

const RESULTS = [
  "validation_accuracy",
  "validation_loss",
  "test_accuracy",
  "test_loss",
  "train_accuracy",
  "train_loss",
  "seconds",
];

/**
 * @param {object[]} experiments
 * @param {object} description of a spec: what its defaults are
 * @param {"best" | "latest"} at the epoch whose values are shown
 * @param {string} first the metric that comes before everything else
 * @returns {{key, label, number: boolean, lower: boolean, value(experiment): any, text(experiment): string}[]}
 */
export const columns = (experiments, description, at, first) => {
  const results = [first, ...RESULTS.filter((key) => key !== first)]
    .filter((key) => experiments.some((one) => has(one[at], key)))
    .map((key) => result(metric(key), at));
  const inSpecs = differences(experiments.map((one) => one.spec), description);
  const differing = [...inSpecs, ...origins(experiments, !inSpecs.length)].map((row) => difference(row, experiments));
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

const result = ({ key, label, write, lower }, at) => ({
  key,
  label,
  number: true,
  lower: lower ?? false,
  value: (one) => (one[at] ? number(one[at][key]) : undefined),
  text: (one) => (one[at] ? write(one[at][key], one.spec) : "–"),
});

/** The experiments in the order of a column; those without a value last, whichever way. */
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
