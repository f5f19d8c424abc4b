// What a change of a sweep did, in words: how much, how sure, and so better, worse, or not to be told apart.

import { number } from "../../api.js";
import { figure, percent } from "../../format.js";
import { isFinal } from "../../status.js";

const MINUS = "−";

const isShare = (objective) => objective.metric.endsWith("accuracy");

/** The objective's name for people. */
export const objectiveWords = ({ metric, goal }) => `${metric.replaceAll("_", " ")}, ${goal === "minimize" ? "less" : "more"} is better`;

/** A value of the objective: an accuracy as a percentage. */
export const valueWords = (objective, value) => (isShare(objective) ? percent(value) : figure(value));

/** Half the width of an interval. */
export const halfWords = (objective, [low, high]) => {
  const half = (number(high) - number(low)) / 2;
  return isShare(objective) ? (100 * half).toFixed(2) : figure(half, 2);
};

/**
 * @param {{ metric: string, goal: string }} objective
 * @param {{ mean: number, ci95: [number, number], n: number }} difference
 * @returns {{ verdict: "better" | "worse" | "equal", text: string }}
 */
export const verdict = (objective, { mean, ci95: [low, high], n }) => {
  const amount = isShare(objective) ? (value) => points(value) : (value) => figure(value, 3);
  const sign = mean > 0 ? "+" : "";
  const unit = isShare(objective) ? " points" : "";
  return {
    verdict: judged(objective, low, high),
    text: `${sign}${amount(mean)}${unit}, 95 % CI ${amount(low)} … ${amount(high)}, ${n} seeds`,
  };
};

const points = (value) => (100 * value).toFixed(2).replace("-", MINUS);

const judged = ({ goal }, low, high) => {
  if (low <= 0 && high >= 0) return "equal";
  return low > 0 === (goal === "maximize") ? "better" : "worse";
};

export const VERDICTS = { better: "better", worse: "worse", equal: "cannot tell apart" };

/** Why there is no difference to the base. */
export const silence = (sweep, result) => {
  if (result.label === sweep.base_label) return "the base";
  if (result.seeds.length < 2) return "one seed cannot tell: add seeds";
  if (result.n === 0 && result.statuses.every(isFinal)) return "none has succeeded";
  return result.statuses.every(isFinal) ? "fewer than two seeds in common" : "not two seeds yet";
};
