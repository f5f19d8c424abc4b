// A chart's lines as soon as there are values: plotly.js, which takes over from it, is much to fetch and to compile.

import { html, nothing, render, svg } from "../vendor/lit-html/lit-html.js";
import { axis } from "./axis.js";
import { STROKES } from "./charts.js";
import { figure } from "./format.js";

const EDGE = { left: 34, right: 10, top: 10, bottom: 40 };
const TITLE = 24;
const LEGEND = 30;
/** Of a number below its axis, pixels. */
const HALF = 14;
const AIR = 0.05;

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
  const [left, right] = [yaxis.title ? EDGE.left + TITLE : EDGE.left, element.clientWidth - EDGE.right];
  const [top, bottom] = [showlegend ? EDGE.top + LEGEND : EDGE.top, element.clientHeight - EDGE.bottom];
  const across = axis([0, ...traces.map(({ x }) => x.at(-1) ?? 0)], [left, right]);
  const whole = yaxis.rangemode === "tozero" && !logarithmic ? [0, ...values] : values;
  const up = axis(whole, [bottom, top], { logarithmic, air: AIR });
  const words = yaxis.tickformat.endsWith("%") ? (value) => `${figure(100 * value, 3)}%` : (value) => figure(value, 3);
  const epochs = across.ticks.filter((epoch) => across.at(epoch) < right - HALF);
  render(html`
    <svg class="sketch" width=${element.clientWidth} height=${element.clientHeight} aria-hidden="true">
      ${up.ticks.map((value) => svg`
        <path class="rule" d="M${left} ${up.at(value)}H${right}" />
        <text x=${left - 5} y=${up.at(value)} dy="0.35em" text-anchor="end">${words(value)}</text>`)}
      ${epochs.map((epoch) => svg`<text x=${across.at(epoch)} y=${bottom} dy="1.3em" text-anchor="middle">${epoch}</text>`)}
      <text x=${(left + right) / 2} y=${bottom} dy="2.5em" text-anchor="middle">${xaxis.title.text}</text>
      ${traces.map((trace) => svg`
        <path d=${path(trace, isDrawn, across.at, up.at)} stroke=${trace.line.color} stroke-width=${trace.line.width}
          stroke-dasharray=${STROKES[trace.line.dash]} opacity=${trace.opacity ?? 1} />`)}
    </svg>
  `, element);
};

/** A value without a neighbour is a dot. */
const path = ({ x, y }, isDrawn, across, up) => {
  const point = (value, i) => `${across(x[i]).toFixed(1)} ${up(value).toFixed(1)}`;
  const step = (value, i) => (i && isDrawn(y[i - 1]) ? `L${point(value, i)}` : `M${point(value, i)}h0`);
  return y.map((value, i) => (isDrawn(value) ? step(value, i) : "")).join("");
};
