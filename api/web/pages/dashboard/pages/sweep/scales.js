// The positions of values on the axes of parallel coordinates: 0 is the bottom, 1 the top.

import { finite } from "../../api.js";
import { round } from "../../charts/axis.js";
import { figure, percent, places } from "../../format.js";
import { isFraction, label } from "../../metrics.js";
import { visible } from "../../visible.js";

const MANY_ORDERS = 30;
const FEW = 7;
const NEAR = 0.07;

/**
 * The axes of a sweep over paths, the objective last; better values are always further up.
 *
 * @returns {{ name: string, at: (result: object) => number | null, ticks: { at: number, text: string }[] }[]}
 */
export const axesOf = (sweep) => {
  const paths = sweep.request.grid ? Object.keys(sweep.request.grid) : Object.keys(sweep.request.random.space);
  return [...paths.map((path) => pathAxis(sweep, path)), objectiveAxis(sweep)];
};

const pathAxis = (sweep, path) => {
  const value = (result) => result.changes[path];
  const all = distinct(chosenFrom(sweep, path) ?? sweep.results.map(value));
  if (!all.every((one) => typeof one === "number")) return named(path, all, value);
  return numbered(path, all, value, isLogarithmic(sweep, path, all) ? Math.log : (one) => one, (one) => figure(one, 3));
};

/** The values in the order of the request; draws from a range have no such order. */
const chosenFrom = ({ request }, path) => (request.grid ? request.grid[path] : request.random.space[path].values);

/**
 * Whether the axis is logarithmic: as the distribution of the draws is, or if the values of a grid are orders of
 * magnitude apart.
 */
const isLogarithmic = ({ request }, path, all) => {
  if (request.random) return request.random.space[path].kind === "log_uniform";
  return Math.min(...all) > 0 && Math.max(...all) / Math.min(...all) >= MANY_ORDERS;
};

const objectiveAxis = ({ results, objective, grain }) => {
  const mean = (result) => finite(result.mean) ?? undefined;
  const all = distinct(results.map(mean)).filter((one) => one !== undefined);
  const sign = objective.goal === "minimize" ? -1 : 1;
  const words = isFraction(objective.metric)
    ? (one) => percent(one, Math.min(1, places(grain)))
    : (one) => figure(one, 3);
  return numbered(label(objective.metric), all, mean, (one) => sign * one, words);
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
  const text = visible(typeof value === "string" ? value : (value?.kind ?? JSON.stringify(value)));
  return text.length > 14 ? `${text.slice(0, 13)}…` : text;
};

const numbered = (name, all, value, scaled, words) => {
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const [start, end] = [scaled(low), scaled(high)].toSorted((one, other) => one - other);
  const at = (one) => (end === start ? 0.5 : (scaled(one) - start) / (end - start));
  const marks = all.length <= FEW ? all : [low, ...round(low, high, scaled === Math.log), high];
  return {
    name,
    at: (result) => (value(result) === undefined ? null : at(value(result))),
    ticks: apart(marks.toSorted((one, other) => at(one) - at(other)), at).map((one) => ({
      at: at(one),
      text: words(one),
    })),
  };
};

/** The labels that are far enough from each other to be readable, always including both ends. */
const apart = (sorted, at) => {
  const chosen = sorted.filter((one, i) => i === 0 || at(one) - at(sorted[0]) >= NEAR);
  const last = chosen.at(-1);
  return chosen.filter((one, i) =>
    i === 0 || one === last || (at(last) - at(one) >= NEAR && at(one) - at(chosen[i - 1]) >= NEAR)
  );
};
