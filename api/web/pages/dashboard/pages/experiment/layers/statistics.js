// The statistics of the layers, as a heat map of layers and epochs.

import { finite } from "../../../api.js";
import { figure, percent } from "../../../format.js";

/**
 * @typedef {object} Statistic
 * @property {string} key
 * @property {string} label
 * @property {"share" | "logarithm" | "linear"} scale the colour scale: from 0 to 1, logarithmic, or linear
 * @property {boolean} [isShare] whether it is shown as a percentage
 */

/** @type {Statistic[]} */
export const STATISTICS = [
  { key: "gradient_norm", label: "Gradient norm", scale: "logarithm" },
  { key: "delta_rms", label: "Gradient of the weighted sums (rms)", scale: "logarithm" },
  { key: "update_ratio", label: "Update over weights", scale: "logarithm" },
  { key: "weight_norm", label: "Weight norm", scale: "logarithm" },
  { key: "share", label: "Signal share", scale: "logarithm", isShare: true },
  { key: "flat", label: "Flat activations", scale: "share", isShare: true },
  { key: "dead", label: "Dead units", scale: "share", isShare: true },
  { key: "mean", label: "Mean activation", scale: "linear" },
  { key: "deviation", label: "Deviation of activations", scale: "logarithm" },
  { key: "largest", label: "Largest activation", scale: "logarithm" },
];

/** The statistics of the whole network, with an explanation of each. */
const OF_NETWORK = [
  { key: "rho", label: "ρ", what: "share of the predicted decrease that a step achieves" },
  { key: "decrease", label: "D", what: "predicted decrease of an epoch" },
  { key: "variance_ratio", label: "F", what: "noise of the steps, relative to sampling noise" },
  { key: "validation_t", label: "t", what: "validation losses, compared with those of the best epoch" },
  { key: "noise_scale", label: "Noise scale", what: "useful batch size" },
  { key: "evaluation_loss", label: "Training loss, evaluated", what: "without dropout, with running statistics" },
  { key: "mode_ratio", label: "Mode ratio", what: "loss in training mode, relative to evaluation mode" },
  { key: "growth_gain", label: "Growth gain", what: "relative gain from larger weights" },
];

/** The statistics that at least one layer has. @param {any[]} reports */
export const measured = (reports) =>
  STATISTICS.filter(({ key }) => reports.some(({ layers }) => layers.some((layer) => layer[key] !== null)));

/** The statistics of the whole network in an epoch. @param {any} report */
export const ofNetwork = (report) => OF_NETWORK.filter(({ key }) => report[key] !== null);

/** @param {any[]} reports by epoch @param {Statistic} statistic @returns {any} the data of the chart */
export const heatMapOf = (reports, statistic) => {
  const layers = reports[0].layers
    .map((/** @type {any} */ layer) => layer.name)
    .filter((/** @type {string} */ _, /** @type {number} */ i) =>
      reports.some((report) => report.layers[i]?.[statistic.key] !== null)
    );
  const rows = layers.map((/** @type {string} */ name) =>
    reports.map((report) => valueOf(report, name, statistic.key))
  );
  const place = placesOf(rows.flat().map(finite), statistic.scale);
  return {
    kind: "heat_map",
    columns: reports.map(({ epoch }) => String(epoch)),
    rows: layers,
    values: rows.map((/** @type {any[]} */ row) => row.map((value) => place(finite(value)))),
    said: rows.map((/** @type {any[]} */ row) => row.map((value) => written(value, statistic))),
    across: "epoch",
    up: "layer",
  };
};

/** The legend of a heat map's colours. @param {any[]} reports @param {Statistic} statistic */
export const scaleOf = (reports, statistic) => {
  if (statistic.scale === "share") return "From 0 % (faint) to 100 % (strong).";
  const values = reports.flatMap(({ layers }) => layers.map((layer) => finite(layer[statistic.key])));
  const [least, greatest] = ends(values.filter((value) => value !== null), statistic.scale);
  if (!(least <= greatest)) return "No finite values.";
  const steps = statistic.scale === "logarithm" ? ", on a logarithmic scale" : "";
  return `From ${written(least, statistic)} (faint) to ${written(greatest, statistic)} (strong)${steps}.`;
};

/** @param {any} report @param {string} name @param {string} key */
const valueOf = (report, name, key) =>
  report.layers.find((/** @type {any} */ layer) => layer.name === name)?.[key] ?? null;

/** @param {any} value @param {Statistic} statistic */
export const written = (value, { isShare }) => isShare && value >= 1e-3 ? percent(value, 1) : figure(value, 3);

/** The position of the smallest value on the colour scale, above 0 so that its colour is visible. */
const LEAST = 0.08;

/**
 * A function that maps a value to a position between 0 and 1.
 * @param {any[]} values
 * @param {Statistic["scale"]} scale
 */
const placesOf = (values, scale) => {
  if (scale === "share") return (/** @type {number | null} */ value) => value;
  const [least, greatest] = ends(values.filter((value) => value !== null), scale);
  const level = scale === "logarithm" ? Math.log : (/** @type {number} */ value) => value;
  const [low, high] = [level(least), level(greatest)];
  return (/** @type {number | null} */ value) => {
    if (value === null) return null;
    return high > low ? LEAST + (1 - LEAST) * Math.max(0, (level(Math.max(value, least)) - low) / (high - low)) : 0.5;
  };
};

/** @param {number[]} values @param {Statistic["scale"]} scale @returns {[number, number]} */
const ends = (values, scale) => {
  const shown = scale === "logarithm" ? values.filter((value) => value > 0) : values;
  return [Math.min(...shown), Math.max(...shown)];
};
