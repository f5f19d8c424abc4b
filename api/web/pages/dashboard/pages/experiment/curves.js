// The curves of one run: a chart for each panel of the catalog for which the run has values.

import { finite } from "../../api.js";
import { series } from "../../charts/style.js";
import { smoothed } from "../../charts/smoothing.js";
import { isAlarm, titleOf } from "../../findings/severity.js";
import { has, metrics, written } from "../../metrics.js";

const SPLITS = [
  { split: "train", name: "training", dash: "solid" },
  { split: "validation", name: "validation", dash: "solid" },
  { split: "test", name: "test", dash: "dot" },
];
/** Up to this number of points, each point has a marker. */
const MARKED = 40;
const MOST_MARKS = 3;

/**
 * @typedef {object} Panel
 * @property {string} id
 * @property {string} title
 * @property {boolean} isMain whether models are compared by it
 * @property {boolean} isPercent
 * @property {import("../../metrics.js").Metric[]} metrics
 */

/**
 * The panels for the rows of a run. Metrics without values, such as the accuracy of a regression, and metrics that are
 * always zero, such as the penalty of a spec without one, have no panel.
 *
 * @param {any[]} rows
 * @returns {Panel[]}
 */
export const panelsOf = (rows) => {
  const there = metrics().filter(({ key, split }) => rows.some((row) => (split ? has(row, key) : finite(row[key]))));
  const names = [...new Set(there.map(({ panel }) => panel))];
  return names.map((name) => panelOf(name, there.filter(({ panel }) => panel === name)));
};

/**
 * @param {string} name
 * @param {import("../../metrics.js").Metric[]} metrics
 */
const panelOf = (name, metrics) => ({
  id: `chart-${name.replaceAll(" ", "-")}`,
  title: metrics[0].split ? name.charAt(0).toUpperCase() + name.slice(1) : metrics[0].label,
  isMain: metrics[0].split !== null,
  isPercent: metrics[0].unit === "fraction",
  metrics,
});

/** The values of a panel after an epoch, in words. @param {Panel} panel @param {any} row @param {any} experiment */
export const saidOf = ({ metrics }, row, experiment) =>
  metrics.map((one) => `${nameOf(one)} ${written(one.key, row[one.key], experiment)}`).join(", ");

/** @param {import("../../metrics.js").Metric} metric */
const nameOf = ({ split, label }) => SPLITS.find((one) => one.split === split)?.name ?? label.toLowerCase();

/**
 * The data of a panel's chart.
 *
 * @param {Panel} panel
 * @param {{ rows: any[], smoothing: number, isLogarithmic: boolean, experiment: any, findings?: any[] }} state
 */
export const linesOf = (panel, { rows, smoothing, isLogarithmic, experiment, findings = [] }) => {
  const x = rows.map((row) => row.epoch);
  const best = experiment?.best?.epoch;
  const isLog = isLogarithmic && !panel.isPercent;
  return {
    kind: "line",
    series: panel.metrics.flatMap((one) => seriesOf(one, x, rows, smoothing, experiment)),
    across: "epoch",
    up: { isPercent: panel.isPercent, isLogarithmic: isLog, isFromZero: !panel.isMain },
    hasLegend: panel.metrics.length > 1,
    marks: panel.isMain ? [...(best ? [{ at: best, label: "best" }] : []), ...marksOf(findings)] : [],
    view: `${panel.id} ${isLog}`,
  };
};

/** Marks at the epochs at which findings with patches were first seen. @param {any[]} findings */
const marksOf = (findings) =>
  findings
    .filter((one) => isAlarm(one) && one.since && !one.consequence_of)
    .slice(0, MOST_MARKS)
    .map(({ id, severity, since }) => ({
      at: since.epoch,
      label: titleOf(id),
      color: severity === "critical" ? "failed" : "paused",
    }));

/**
 * The line of a metric. If it is smoothed, the measured values are drawn behind it.
 *
 * @param {import("../../metrics.js").Metric} metric
 * @param {number[]} x
 * @param {any[]} rows
 * @param {number} factor
 * @param {any} experiment
 */
const seriesOf = (metric, x, rows, factor, experiment) => {
  const place = Math.max(0, SPLITS.findIndex(({ split }) => split === metric.split));
  const { color, symbol } = series(place);
  const dash = metric.split ? SPLITS[place].dash : "solid";
  const values = rows.map((row) => finite(row[metric.key]));
  const name = nameOf(metric);
  const main = {
    name,
    x,
    y: smoothed(values, factor),
    said: values.map((value) => written(metric.key, value, experiment)),
    line: { color, dash, width: 2 },
    ...(x.length <= MARKED ? { symbol } : {}),
  };
  const behind = { name, x, y: values, line: { color, dash, width: 1 }, opacity: 0.3, isBehind: true };
  return factor ? [behind, main] : [main];
};
