// The effect of a change in words: how large and how certain it is, and the verdict.

import { number } from "../../api.js";
import { figure, fixed, percent, places } from "../../format.js";
import { isFraction, label } from "../../metrics.js";
import { isFinal } from "../../status.js";

const isShare = (objective) => isFraction(objective.metric);

/** The label of the objective. */
export const objectiveWords = ({ metric, goal }) =>
  `${label(metric)}, ${goal === "minimize" ? "less" : "more"} is better`;

/**
 * A value of the sweep's objective: an accuracy as a percentage, with as many decimals as the number of examples
 * justifies.
 */
export const valueWords = (
  { objective, grain },
  value,
) => (isShare(objective) ? percent(value, places(grain)) : figure(value));

/** Half the width of an interval, rounded up, so that it does not claim more certainty than there is. */
export const halfWords = ({ objective, grain }, [low, high]) => {
  const half = (number(high) - number(low)) / 2;
  if (!isShare(objective)) return figure(half, 2);
  const size = 10 ** places(grain);
  return (Math.ceil(100 * half * size - 1e-6) / size).toFixed(places(grain));
};

/**
 * @param {object} sweep
 * @param {object} result a result with a difference
 * @returns {{ verdict: "better" | "worse" | "equal", text: string }}
 */
export const verdict = ({ objective, grain }, { difference: { mean, ci95: [low, high], n } }) => {
  const amount = isShare(objective)
    ? (value) => fixed(100 * number(value), places(grain))
    : (value) => figure(value, 3);
  const sign = mean > 0 && /[1-9]/.test(amount(mean)) ? "+" : "";
  const unit = isShare(objective) ? " points" : "";
  return {
    verdict: judged(objective, low, high),
    text: `${sign}${amount(mean)}${unit}, 95 % CI ${amount(low)} … ${amount(high)}, ${n} seeds`,
  };
};

const judged = ({ goal }, low, high) => {
  if (low <= 0 && high >= 0) return "equal";
  return low > 0 === (goal === "maximize") ? "better" : "worse";
};

export const VERDICTS = { better: "better", worse: "worse", equal: "no clear difference" };

/** The restriction of a verdict: with some seeds the change failed. */
export const survivors = ({ succeeded, of }, found) =>
  found !== "equal" && succeeded < of ? ` where it succeeded (${succeeded} of ${of})` : "";

/** Why there is no difference to the base. */
export const silence = (sweep, result) => {
  if (result.label === sweep.base_label) return "the base";
  if (result.seeds.length < 2) return "one seed only: add seeds";
  if (result.n === 0 && result.statuses.every(isFinal)) return "none has succeeded";
  if (!result.statuses.every(isFinal)) return "fewer than two seeds so far";
  return result.n < 2
    ? "fewer than two seeds in common"
    : "not comparable: no variation between seeds, or no common seeds";
};
