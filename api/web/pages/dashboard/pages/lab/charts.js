// Converts a chart in an answer of the service to the data of a chart of the dashboard.

import { finite } from "../../api.js";
import { series as look } from "../../charts/style.js";
import { figure } from "../../format.js";
import { color } from "../../themes.js";

/**
 * @param {any} chart of an answer
 * @returns {any} the kind of the chart, and its data
 */
export const drawingOf = (chart) => {
  switch (chart.kind) {
    case "line":
      return lines(chart);
    case "bar":
      return bars(chart);
    case "histograms":
      return { kind: "histograms", edges: chart.edges.map(Number), panels: chart.panels, across: chart.x_label };
    case "heat_map":
      return heatMap(chart);
    default:
      throw new Error(`This version of the page cannot draw charts of the kind ${chart.kind}.`);
  }
};

/** The lines in front of the background, each with its index, which determines its colour. */
const lines = (/** @type {any} */ chart) => {
  let number = 0;
  const series = chart.series.map((/** @type {any} */ one) => {
    const { color: own, dash } = look(one.is_behind ? 0 : number++);
    const line = one.is_behind
      ? { color: color("line-strong"), dash: "solid", width: 1 }
      : { color: own, dash, width: 2 };
    return { name: one.name, ...points(one), line, opacity: one.is_behind ? 0.5 : 1, isBehind: one.is_behind };
  });
  return {
    kind: "line",
    series,
    across: chart.x_label,
    isAcrossLogarithmic: chart.x_is_logarithmic,
    up: { title: chart.y_label, isPercent: false, isLogarithmic: chart.y_is_logarithmic },
    hasLegend: number > 1,
    view: chart.title,
  };
};

/** The points of a line. A point that is not a pair of numbers becomes a gap. */
const points = (/** @type {any} */ { x, y }) => {
  const places = x.map(finite);
  const shown = places.map((/** @type {number | null} */ place) => place !== null);
  const values = y.map((/** @type {any} */ value, /** @type {number} */ i) => (shown[i] ? finite(value) : null));
  const known = places.findLast((/** @type {number | null} */ place) => place !== null) ?? 0;
  return { x: places.map((/** @type {number | null} */ place) => place ?? known), y: values };
};

const bars = (/** @type {any} */ chart) => ({
  kind: "bar",
  series: [{ name: chart.title, counts: chart.values.map(finite), color: color("accent") }],
  edges: null,
  labels: chart.labels,
  across: chart.x_label,
  hasLegend: false,
});

const heatMap = (/** @type {any} */ chart) => ({
  kind: "heat_map",
  columns: chart.columns,
  rows: chart.rows,
  values: chart.values.map((/** @type {any[]} */ row) => row.map(finite)),
  across: chart.x_label,
  up: chart.y_label,
});

/** The chart in words, for screen readers. @param {any} chart */
export const wordsOf = (chart) => {
  if (chart.kind === "line") {
    const named = chart.series.filter((/** @type {any} */ one) => !one.is_behind);
    const ends = named.map((/** @type {any} */ { name, y }) => `${name} ends at ${figure(finite(y.at(-1)))}`);
    return `${chart.title}: ${chart.y_label} by ${chart.x_label}; ${ends.join(", ")}`;
  }
  if (chart.kind === "bar") {
    const values = chart.labels.map((/** @type {string} */ name, /** @type {number} */ i) =>
      `${name} ${figure(finite(chart.values[i]))}`
    );
    return `${chart.title}: ${values.join(", ")}`;
  }
  return chart.title;
};
