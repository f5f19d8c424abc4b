// A chart's lines as soon as there are values: plotly.js, which takes over from it, is much to fetch and to compile.

import { axis } from "./axis.js";
import { STROKES } from "./charts.js";
import { figure } from "./format.js";
import { html, nothing, render, svg } from "./template.js";

const EDGE = { left: 34, right: 10, top: 10, bottom: 40 };
/** Of a label beside its axis, and between the two, pixels. */
const CHARACTER = 7.5;
const GAP = 5;
const TITLE = 24;
const LEGEND = 30;
/** Of a number below its axis, pixels. */
const HALF = 14;
const AIR = 0.05;
/** Enough to tell round numbers that are close to each other. */
const DIGITS = 6;

/**
 * Draw lines into an element, about where plotly.js will draw them.
 *
 * @param traces plotly's; names, markers and what they say to the pointer are left out, as are the layout's shapes
 */
export const sketch = (element, traces, { xaxis, yaxis, showlegend }) => {
  const logarithmic = yaxis.type === "log";
  const isDrawn = (value) => value !== null && !(logarithmic && value <= 0);
  const values = traces.flatMap(({ y }) => y).filter(isDrawn);
  if (!values.length) return render(nothing, element);
  const [top, bottom] = [showlegend ? EDGE.top + LEGEND : EDGE.top, element.clientHeight - EDGE.bottom];
  const whole = yaxis.rangemode === "tozero" && !logarithmic ? [0, ...values] : values;
  const up = axis(whole, [bottom, top], { logarithmic, air: AIR });
  const label = yaxis.tickformat.endsWith("%")
    ? (value) => `${figure(100 * value, DIGITS)}%`
    : (value) => figure(value, DIGITS);
  const labels = up.ticks.map(label);
  const beside = Math.max(EDGE.left, GAP + CHARACTER * Math.max(...labels.map(({ length }) => length)));
  const [left, right] = [yaxis.title ? beside + TITLE : beside, element.clientWidth - EDGE.right];
  const across = axis([0, ...traces.map(({ x }) => x.at(-1) ?? 0)], [left, right]);
  const epochs = across.ticks.filter((epoch) => across.at(epoch) < right - HALF);
  render(
    html`
      <svg class="sketch" width=${element.clientWidth} height=${element.clientHeight} aria-hidden="true">
        ${up.ticks.map((value, i) =>
          svg`
            <path class="rule" d="M${left} ${up.at(value)}H${right}" />
            <text x=${left - GAP} y=${up.at(value)} dy="0.35em" text-anchor="end">${labels[i]}</text>
          `
        )}
        ${epochs.map((epoch) =>
          svg`<text x=${across.at(epoch)} y=${bottom} dy="1.3em" text-anchor="middle">${epoch}</text>`
        )}
        <text x=${(left + right) / 2} y=${bottom} dy="2.5em" text-anchor="middle">${xaxis.title.text}</text>
        ${traces.map((trace) =>
          svg`
            <path d=${path(trace, isDrawn, across.at, up.at)} stroke=${trace.line.color} stroke-width=${trace.line
              .width}
              stroke-dasharray=${STROKES[trace.line.dash]} opacity=${trace.opacity ?? 1} />
          `
        )}
      </svg>
    `,
    element,
  );
};

/** A value without a neighbour is a dot. */
const path = ({ x, y }, isDrawn, across, up) => {
  const step = (value, i) => {
    const point = `${across(x[i]).toFixed(1)} ${up(value).toFixed(1)}`;
    if (isDrawn(y[i - 1] ?? null)) return `L${point}`;
    return isDrawn(y[i + 1] ?? null) ? `M${point}` : `M${point}${DOT}`;
  };
  return y.map((value, i) => (isDrawn(value) ? step(value, i) : "")).join("");
};

/** A circle around where it begins, so small that its line fills it. */
const DOT = "m-1.2 0a1.2 1.2 0 1 0 2.4 0a1.2 1.2 0 1 0-2.4 0";
