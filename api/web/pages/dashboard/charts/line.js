// A line chart over a numeric axis.

import { figure } from "../format.js";
import { html, nothing, svg } from "../template.js";
import { color } from "../themes.js";
import { axis } from "./axis.js";
import { plain, STROKES } from "./style.js";

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {number[]} x
 * @property {(number | null)[]} y null leaves a gap
 * @property {{ color: string, dash: string, width: number }} line
 * @property {string} [symbol] the marker on each point; none by default
 * @property {string[]} [said] the hover text of each point, instead of the number
 * @property {number} [opacity]
 * @property {boolean} [isBehind] whether it is only the background of another line: hover texts and the legend omit it
 */

/**
 * @typedef {object} Lines
 * @property {Series[]} series
 * @property {string} across the title of the axis of x
 * @property {boolean} [isAcrossLogarithmic]
 * @property {{ title?: string, isPercent: boolean, isLogarithmic: boolean, isFromZero?: boolean }} up the axis of y
 * @property {boolean} hasLegend
 * @property {boolean} [isDense] whether there are too many lines to show the values of all at once
 * @property {{ at: number, label: string, color?: string }[]} [marks] vertical lines
 * @property {string} view the user's zoom is kept as long as this is the same
 */

const EDGE = { left: 34, right: 10, top: 10, bottom: 40 };
/** Height of a label beside its axis, and the gap between them, in pixels. */
const CHARACTER = 7.5;
const GAP = 5;
const TITLE = 24;
const LEGEND = 30;
/** Width of a number below its axis, in pixels. */
const HALF = 14;
const AIR = 0.05;
/** Up to this number, each power of ten has a label. */
const DECADES = 8;
/** Up to this number, each epoch has a label. */
const EPOCHS = 8;
/** Vertical distance between the labels of two marks, as a share of the chart's height. */
const LOWER = 0.09;
/** Enough digits to distinguish round numbers that are close to each other. */
const DIGITS = 6;

const axisTitle = (/** @type {string} */ text, /** @type {number} */ standoff) => ({
  text,
  font: { size: 11, color: color("muted") },
  standoff,
});

/** @param {Lines} lines */
const plotly = (
  { series, across, isAcrossLogarithmic = false, up, hasLegend, isDense = false, marks = [], view },
) => ({
  traces: series.map((one) => traceOf(one, isDense)),
  layout: {
    showlegend: hasLegend,
    hovermode: isDense ? "closest" : "x unified",
    xaxis: {
      title: axisTitle(across, 4),
      ...(isAcrossLogarithmic
        ? { type: "log", tickformat: "~g", dtick: decades(series.flatMap(({ x }) => x)) }
        : { rangemode: "tozero", ...(hasFewEpochs(across, series) ? { dtick: 1 } : {}) }),
    },
    yaxis: {
      ...(up.title ? { title: axisTitle(up.title, 8) } : {}),
      tickformat: up.isPercent ? ".1~%" : "~g",
      hoverformat: up.isPercent ? ".2%" : ".4~g",
      ...(up.isLogarithmic
        ? {
          type: "log",
          dtick: up.isPercent ? undefined : decades(series.flatMap(({ y }) => y)),
          exponentformat: "power",
        }
        : { type: "linear" }),
      rangemode: up.isFromZero ? "tozero" : "normal",
    },
    shapes: marks.map((mark, i) => upright(mark, series, i)),
    uirevision: view,
  },
});

/** Whether there is room for a label at each epoch. Otherwise plotly.js chooses whole epochs by itself. */
const hasFewEpochs = (/** @type {string} */ across, /** @type {Series[]} */ series) =>
  across === "epoch" && series.every(({ x }) => x.every((one) => one <= EPOCHS));

/** A label at each power of ten, if there are few. @param {(number | null)[]} values */
const decades = (values) => {
  const [low, high] = values.reduce(
    ([low, high], one) => (one !== null && one > 0 ? [Math.min(low, one), Math.max(high, one)] : [low, high]),
    [Infinity, 0],
  );
  return Math.log10(high / low) > DECADES ? undefined : 1;
};

/**
 * @param {Series} series
 * @param {boolean} isDense
 */
const traceOf = ({ name, x, y, line, symbol, said, opacity = 1, isBehind = false }, isDense) => ({
  x,
  y,
  name: plain(name),
  mode: symbol ? "lines+markers" : "lines",
  line,
  marker: { color: line.color, size: 5, symbol: symbol ?? "circle" },
  opacity,
  ...(isBehind ? { hoverinfo: "skip", showlegend: false } : told(said, isDense)),
});

/**
 * @param {string[] | undefined} said
 * @param {boolean} isDense
 */
const told = (said, isDense) => {
  const value = said ? "%{customdata}" : "%{y}";
  return {
    ...(said ? { customdata: said } : {}),
    hovertemplate: isDense ? `%{fullData.name}<br>epoch %{x}: ${value}<extra></extra>` : value,
  };
};

/**
 * @param {{ at: number, label: string, color?: string }} mark
 * @param {Series[]} series
 * @param {number} i index of the mark: later marks have lower labels, so that the labels do not overlap
 */
const upright = ({ at, label, color: name = "line-strong" }, series, i) => ({
  type: "line",
  x0: at,
  x1: at,
  yref: "paper",
  y0: 0,
  y1: 1 - LOWER * i,
  line: { color: color(name), width: 1, dash: "dot" },
  label: {
    text: label,
    textposition: "end",
    textangle: 0,
    xanchor: at > 0.7 * (series[0]?.x.at(-1) ?? 0) ? "right" : "left",
    font: { size: 10, color: color("muted") },
  },
});

/**
 * A sketch of the chart, approximately as plotly.js will draw it, without marks and hover texts.
 *
 * @param {Lines} lines
 * @param {{ width: number, height: number }} size
 */
const sketch = (
  {
    series,
    across: title,
    isAcrossLogarithmic = false,
    up: { title: beside, isPercent, isLogarithmic, isFromZero },
    hasLegend,
  },
  size,
) => {
  const isDrawn = (/** @type {number | null} */ value) => value !== null && !(isLogarithmic && value <= 0);
  const values = /** @type {number[]} */ (series.flatMap(({ y }) => y).filter(isDrawn));
  if (!values.length) return nothing;
  const [top, bottom] = [hasLegend ? EDGE.top + LEGEND : EDGE.top, size.height - EDGE.bottom];
  const whole = isFromZero && !isLogarithmic ? [0, ...values] : values;
  const up = axis(whole, [bottom, top], { logarithmic: isLogarithmic, air: AIR });
  const labels = up.ticks.map((value) => isPercent ? `${figure(100 * value, DIGITS)}%` : figure(value, DIGITS));
  const width = Math.max(EDGE.left, GAP + CHARACTER * Math.max(...labels.map(({ length }) => length)));
  const [left, right] = [beside ? width + TITLE : width, size.width - EDGE.right];
  const places = series.flatMap(({ x }) => x);
  const across = axis(isAcrossLogarithmic ? places : [0, ...places], [left, right], {
    logarithmic: isAcrossLogarithmic,
  });
  const below = across.ticks.filter((value) =>
    across.at(value) < right - HALF && (title !== "epoch" || Number.isInteger(value))
  );
  return html`
    <svg class="sketch" width=${size.width} height=${size.height} aria-hidden="true">
      ${up.ticks.map((value, i) =>
        svg`
          <path class="rule" d="M${left} ${up.at(value)}H${right}" />
          <text x=${left - GAP} y=${up.at(value)} dy="0.35em" text-anchor="end">${labels[i]}</text>
        `
      )}
      ${below.map((value) =>
        svg`<text x=${across.at(value)} y=${bottom} dy="1.3em" text-anchor="middle">${
          isAcrossLogarithmic ? figure(value, DIGITS) : value
        }</text>`
      )}
      <text x=${(left + right) / 2} y=${bottom} dy="2.5em" text-anchor="middle">${title}</text>
      ${series.map((one) =>
        svg`
          <path d=${path(one, isDrawn, across.at, up.at)} stroke=${one.line.color} stroke-width=${one.line.width}
            stroke-dasharray=${STROKES[one.line.dash]} opacity=${one.opacity ?? 1} />
        `
      )}
    </svg>
  `;
};

/**
 * The path of a line. A value without a neighbour is drawn as a dot.
 *
 * @param {Series} series
 * @param {(value: number | null) => boolean} isDrawn
 * @param {(x: number) => number} across
 * @param {(y: number) => number} up
 */
const path = ({ x, y }, isDrawn, across, up) => {
  const step = (/** @type {number} */ value, /** @type {number} */ i) => {
    const point = `${across(x[i]).toFixed(1)} ${up(value).toFixed(1)}`;
    if (isDrawn(y[i - 1] ?? null)) return `L${point}`;
    return isDrawn(y[i + 1] ?? null) ? `M${point}` : `M${point}${DOT}`;
  };
  return y.map((value, i) => (isDrawn(value) ? step(/** @type {number} */ (value), i) : "")).join("");
};

/** A circle so small that its outline fills it. */
const DOT = "m-1.2 0a1.2 1.2 0 1 0 2.4 0a1.2 1.2 0 1 0-2.4 0";

/** @type {import("./chart.js").Kind<Lines>} */
export const line = { plotly, sketch };
