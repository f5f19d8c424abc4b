// Histograms of a layer over the epochs, drawn with the same bins.

import { finite } from "../../../api.js";
import { figure } from "../../../format.js";

/** @typedef {{ low: number, high: number, counts: number[] }} Bins */

export const KINDS = [
  { key: "weights", label: "Weights" },
  { key: "activations", label: "Activations" },
  { key: "gradients", label: "Gradients of the weights" },
  { key: "deltas", label: "Gradients of the weighted sums" },
];
const BINS = 30;
/**
 * @param {any[]} history of a layer, by epoch
 * @param {string} kind
 * @param {number} most maximum number of epochs that are drawn side by side
 * @returns {any} the data of the chart; null if nothing was counted
 */
export const histogramsOf = (history, kind, most = 6) => {
  const known = history.filter((one) => one[kind] && counted(one[kind]));
  if (!known.length) return null;
  const shown = evenly(known, most);
  const [low, high] = [
    Math.min(...shown.map((one) => one[kind].low)),
    Math.max(...shown.map((one) => one[kind].high)),
  ];
  const width = (high - low || 1) / BINS;
  const edges = Array.from({ length: BINS + 1 }, (_, i) => low + i * width);
  return {
    kind: "histograms",
    edges,
    panels: shown.map((one) => ({ name: `epoch ${one.epoch}`, counts: rebinned(one[kind], low, width) })),
    across: `${KINDS.find(({ key }) => key === kind)?.label.toLowerCase()}, from ${figure(low, 3)} to ${
      figure(high, 3)
    }`,
    hasEnds: false,
  };
};

/** @param {Bins} bins */
const counted = (bins) => finite(bins.low) !== null && finite(bins.high) !== null && bins.counts.some(Boolean);

/** Evenly spaced items, including the first and the last. @param {any[]} all @param {number} most */
const evenly = (all, most) => {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]);
};

/**
 * The counts redistributed to other bins, as if the numbers were evenly distributed within each bin.
 * @param {Bins} bins
 * @param {number} low
 * @param {number} width
 */
const rebinned = ({ low: first, high: last, counts }, low, width) => {
  const into = new Array(BINS).fill(0);
  const own = (last - first) / counts.length;
  counts.forEach((count, i) => {
    const from = (first + i * own - low) / width;
    const to = from + own / width;
    if (!(to > from)) {
      into[Math.min(BINS - 1, Math.floor(from))] += count;
      return;
    }
    for (let bin = Math.floor(from); bin < Math.min(BINS, to); bin++) {
      const within = Math.min(to, bin + 1) - Math.max(from, bin);
      if (within > 0) into[Math.min(BINS - 1, bin)] += (count * within) / (to - from);
    }
  });
  return into.map((count) => Math.round(count * 10) / 10);
};
