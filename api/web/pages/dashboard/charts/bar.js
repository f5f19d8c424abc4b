// A bar chart: the number of values in each bin of a histogram, or of each word. The bars of classes are stacked.

import { figure, whole } from "../format.js";
import { html, nothing, svg } from "../template.js";
import { color } from "../themes.js";
import { axis } from "./axis.js";
import { plain } from "./style.js";

/**
 * @typedef {object} Bars
 * @property {{ name: string, counts: number[], color: string }[]} series of each class
 * @property {number[] | null} edges of the bins, one more than there are; null for words
 * @property {string[]} labels of each bin or word
 * @property {string} across the title of the axis of x
 * @property {boolean} hasLegend
 */

const EDGE = { left: 44, right: 8, top: 10, bottom: 40 };
const LEGEND = 30;
const AIR = 0.05;
/** Maximum number of characters of a label below an axis. */
const LABEL = 14;
/** Width of a bar as a share of the space for its word. */
const WIDTH = 0.8;

/** @param {Bars} bars */
const plotly = ({ series, edges, labels, across, hasLegend }) => ({
  traces: series.map(({ name, counts, color }) => ({
    type: "bar",
    name: plain(name),
    x: edges ? centres(edges) : labels.map((_, i) => i),
    y: counts,
    ...(edges ? { width: widths(edges) } : {}),
    marker: { color },
    customdata: labels.map(plain),
    hovertemplate: hasLegend ? "%{fullData.name}: %{y:,}<extra></extra>" : "%{customdata}: %{y:,}<extra></extra>",
  })),
  layout: {
    showlegend: hasLegend,
    barmode: "stack",
    bargap: edges ? 0 : 1 - WIDTH,
    hovermode: hasLegend ? "x unified" : "closest",
    xaxis: {
      title: { text: plain(across), font: { size: 11, color: color("muted") }, standoff: 4 },
      ...(edges ? { tickformat: "~g" } : {
        zeroline: false,
        tickvals: labels.map((_, i) => i),
        ticktext: labels.map((label) => plain(short(label))),
      }),
    },
    yaxis: { tickformat: ",", rangemode: "tozero" },
  },
});

const centres = (/** @type {number[]} */ edges) => edges.slice(1).map((edge, i) => (edge + edges[i]) / 2);
const widths = (/** @type {number[]} */ edges) => edges.slice(1).map((edge, i) => edge - edges[i]);
const short = (/** @type {string} */ label) => (label.length > LABEL ? `${label.slice(0, LABEL - 1)}…` : label);

/**
 * A sketch of the chart, approximately as plotly.js will draw it.
 *
 * @param {Bars} bars
 * @param {{ width: number, height: number }} size
 */
const sketch = ({ series, edges, labels, across, hasLegend }, size) => {
  const sums = labels.map((_, i) => series.reduce((sum, { counts }) => sum + counts[i], 0));
  if (!sums.length || size.width <= EDGE.left) return nothing;
  const [top, bottom] = [hasLegend ? EDGE.top + LEGEND : EDGE.top, size.height - EDGE.bottom];
  const up = axis([0, ...sums], [bottom, top], { air: 0 });
  const ends = edges ?? labels.flatMap((_, i) => [i - 0.5, i + 0.5]);
  const along = axis(ends, [EDGE.left, size.width - EDGE.right], { air: AIR });
  const spans = labels.map((_, i) => edges ? [edges[i], edges[i + 1]] : [i - WIDTH / 2, i + WIDTH / 2]);
  return html`
    <svg class="sketch" width=${size.width} height=${size.height} aria-hidden="true">
      ${up.ticks.map((value) =>
        svg`
          <path class="rule" d="M${EDGE.left} ${up.at(value)}H${size.width - EDGE.right}" />
          <text x=${EDGE.left - 5} y=${up.at(value)} dy="0.35em" text-anchor="end">${whole(value)}</text>
        `
      )}
      ${edges
        ? along.ticks.map((value) =>
          svg`<text x=${along.at(value)} y=${bottom} dy="1.3em" text-anchor="middle">${figure(value)}</text>`
        )
        : nothing}
      <text x=${size.width / 2} y=${bottom} dy="2.5em" text-anchor="middle">${across}</text>
      ${stacked(series).map(({ color, from, to }) =>
        svg`<path fill=${color} d=${
          spans.map(([left, right], i) =>
            `M${along.at(left).toFixed(1)} ${up.at(from[i]).toFixed(1)}V${up.at(to[i]).toFixed(1)}H${
              along.at(right).toFixed(1)
            }V${up.at(from[i]).toFixed(1)}z`
          ).join("")
        } />`
      )}
    </svg>
  `;
};

/**
 * The lower and upper ends of the bars of each class.
 *
 * @param {{ counts: number[], color: string }[]} series
 */
export const stacked = (series) => {
  let below = series[0].counts.map(() => 0);
  return series.map(({ counts, color }) => {
    const from = below;
    below = counts.map((count, i) => from[i] + count);
    return { color, from, to: below };
  });
};

/** @type {import("./chart.js").Kind<Bars>} */
export const bar = { plotly, sketch };
