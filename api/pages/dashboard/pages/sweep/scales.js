// Where values stand on the axes of parallel coordinates: 0 is the bottom, 1 the top.

import { number } from "../../api.js";
import { figure, percent } from "../../format.js";

const MANY_ORDERS = 30;
const FEW = 7;

/**
 * The axes of a sweep over paths, the objective last, better always upward.
 *
 * @returns {{ name: string, at: (result: object) => number | null, ticks: { at: number, text: string }[] }[]}
 */
export const axesOf = (sweep) => {
  const paths = sweep.request.grid ? Object.keys(sweep.request.grid) : Object.keys(sweep.request.random.space);
  return [...paths.map((path) => pathAxis(sweep, path)), objectiveAxis(sweep)];
};

const pathAxis = (sweep, path) => {
  const value = (result) => result.changes[path];
  const all = distinct(sweep.results.map(value));
  if (!all.every((one) => typeof one === "number")) return named(path, all, value);
  const wide = Math.min(...all) > 0 && Math.max(...all) / Math.min(...all) >= MANY_ORDERS;
  return numbered(path, all, value, wide ? Math.log : (one) => one, (one) => figure(one, 3));
};

const objectiveAxis = ({ results, objective }) => {
  const mean = (result) => (Number.isFinite(number(result.mean)) && result.mean !== null ? number(result.mean) : undefined);
  const all = distinct(results.map(mean)).filter((one) => one !== undefined);
  const sign = objective.goal === "minimize" ? -1 : 1;
  const words = objective.metric.endsWith("accuracy") ? (one) => percent(one, 1) : (one) => figure(one, 3);
  return { ...numbered(objective.metric.replaceAll("_", " "), all, mean, (one) => sign * one, words), isObjective: true };
};

const distinct = (values) => [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];

const named = (name, all, value) => {
  const keys = all.map((one) => JSON.stringify(one));
  const at = (i) => (keys.length === 1 ? 0.5 : i / (keys.length - 1));
  return {
    name,
    at: (result) => at(keys.indexOf(JSON.stringify(value(result)))),
    ticks: all.map((one, i) => ({ at: at(i), text: short(one) })),
  };
};

const short = (value) => {
  const text = typeof value === "string" ? value : (value?.kind ?? JSON.stringify(value));
  return text.length > 14 ? `${text.slice(0, 13)}…` : text;
};

const numbered = (name, all, value, scaled, words) => {
  const [low, high] = [Math.min(...all.map(scaled)), Math.max(...all.map(scaled))];
  const at = (one) => (high === low ? 0.5 : (scaled(one) - low) / (high - low));
  return {
    name,
    at: (result) => (value(result) === undefined ? null : at(value(result))),
    ticks: spread(all, at).map((one) => ({ at: at(one), text: words(one) })),
  };
};

/** A few of the values, at least a tenth of the axis apart. */
const spread = (all, at) => {
  const sorted = all.toSorted((one, other) => at(one) - at(other));
  const apart = 1 / FEW;
  const chosen = [];
  for (const one of sorted) {
    if (!chosen.length || at(one) - at(chosen.at(-1)) >= apart) chosen.push(one);
  }
  const last = sorted.at(-1);
  if (chosen.length > 1 && chosen.at(-1) !== last) chosen[chosen.length - 1] = last;
  return chosen;
};
