// The curves of one run: what to draw of its history, and how.

import { finite } from "../../api.js";
import { series } from "../../charts.js";
import { Drawing, epochAxis } from "../../drawing.js";
import { metric } from "../../metrics.js";
import { smoothed } from "../../smoothing.js";
import { color } from "../../themes.js";

const PARTS = [
  { prefix: "train", name: "training", dash: "solid" },
  { prefix: "validation", name: "validation", dash: "solid" },
  { prefix: "test", name: "test", dash: "dot" },
];
const MARKED = 40;

/** The charts of the page, by their id. `fits` says whether a history has anything for it. */
export const CHARTS = [
  { id: "loss", title: "Loss", tall: true, logs: true, lines: PARTS.map((part) => line(part, "loss")) },
  { id: "accuracy", title: "Accuracy", tall: true, percent: true, lines: PARTS.map((part) => line(part, "accuracy")) },
  {
    id: "rate",
    title: "Learning rate",
    logs: true,
    lines: [{ key: "learning_rate", name: "learning rate", dash: "solid", n: 0 }],
  },
  {
    id: "gradient",
    title: "Gradient norm",
    logs: true,
    smooths: true,
    lines: [{ key: "gradient_norm", name: "gradient norm", dash: "solid", n: 0 }],
  },
];

function line({ prefix, name, dash }, kind) {
  return { key: `${prefix}_${kind}`, name, dash, n: PARTS.findIndex((part) => part.prefix === prefix) };
}

/** Whether there is anything to draw: a regression has no accuracy. */
export const drawable = (chart, rows) => rows.length === 0 || chart.lines.some(({ key }) => rows[0][key] !== null);

/** One chart on the page. */
export class Curves extends Drawing {
  constructor(element, chart) {
    super(element);
    this.chart = chart;
  }

  /** @param {{rows, smoothing: number, logarithmic: boolean, best: number | undefined}} state */
  traces({ rows, smoothing }) {
    const x = rows.map((row) => row.epoch);
    const factor = this.chart.tall || this.chart.smooths ? smoothing : 0;
    return this.chart.lines.flatMap((one) => {
      const values = rows.map((row) => finite(row[one.key]));
      const main = trace(one, x, smoothed(values, factor), values);
      return factor ? [ghost(one, x, values), main] : [main];
    });
  }

  layout({ rows, logarithmic, best }) {
    const { chart } = this;
    return {
      showlegend: chart.lines.length > 1,
      xaxis: epochAxis(),
      yaxis: {
        tickformat: chart.percent ? ".1~%" : "~g",
        ...(logarithmic && chart.logs ? { type: "log", dtick: 1, exponentformat: "power" } : { type: "linear" }),
        rangemode: chart.id === "rate" ? "tozero" : "normal",
      },
      shapes: best && chart.tall ? [bestLine(best, rows.at(-1).epoch)] : [],
      uirevision: `${chart.id} ${logarithmic}`, // what a person has zoomed into stays while the curve grows
    };
  }
}

const trace = ({ key, name, dash, n }, x, y, raw) => {
  const { color: shade } = series(n);
  const write = metric(key).write;
  return {
    x,
    y,
    name,
    customdata: raw.map((value) => write(value)),
    hovertemplate: "%{customdata}",
    mode: x.length <= MARKED ? "lines+markers" : "lines",
    line: { color: shade, dash, width: 2 },
    marker: { color: shade, size: 5, symbol: series(n).symbol },
  };
};

/** What was measured, behind what is smoothed. */
const ghost = ({ n, dash }, x, y) => ({
  x,
  y,
  mode: "lines",
  line: { color: series(n).color, dash, width: 1 },
  opacity: 0.3,
  hoverinfo: "skip",
  showlegend: false,
});

const bestLine = (epoch, last) => ({
  type: "line",
  x0: epoch,
  x1: epoch,
  yref: "paper",
  y0: 0,
  y1: 1,
  line: { color: color("line-strong"), width: 1, dash: "dot" },
  label: {
    text: "best",
    textposition: "end",
    textangle: 0,
    xanchor: epoch > 0.7 * last ? "right" : "left",
    font: { size: 10, color: color("muted") },
  },
});
