// Histograms side by side, with the same bins. Each has its own scale, because only its shape matters.

import { figure } from "../format.js";
import { html, nothing, svg } from "../template.js";
import { color } from "../themes.js";
import { plain } from "./style.js";

/**
 * @typedef {object} Histograms
 * @property {number[]} edges of the bins, one more than there are
 * @property {{ name: string, counts: number[] }[]} panels
 * @property {string} across the title of the axes of x
 * @property {boolean} [hasEnds] whether the ends of the bins are labelled below each panel; true by default
 */

const EDGE = { left: 8, right: 8, top: 22, bottom: 40 };
/** Gap between two panels, as a share of the width. */
const GAP = 0.02;

/** @param {number} count @param {number} i */
const span = (count, i) => {
  const width = (1 - GAP * (count - 1)) / count;
  return [i * (width + GAP), i * (width + GAP) + width];
};

const centres = (/** @type {number[]} */ edges) => edges.slice(1).map((edge, i) => (edge + edges[i]) / 2);
const name = (/** @type {string} */ axis, /** @type {number} */ i) => (i ? `${axis}${i + 1}` : axis);

/** @param {Histograms} histograms */
const plotly = ({ edges, panels, across, hasEnds = true }) => {
  const ends = [edges[0], edges[edges.length - 1]];
  const axes = panels.flatMap((_, i) => {
    const look = { tickfont: { color: color("muted"), size: 10 }, fixedrange: true, showgrid: false, zeroline: false };
    const x = {
      ...look,
      domain: span(panels.length, i),
      anchor: name("y", i),
      range: ends,
      tickvals: [],
    };
    return [
      [name("xaxis", i), x],
      [name("yaxis", i), { ...look, anchor: name("x", i), showticklabels: false, rangemode: "tozero" }],
    ];
  });
  return {
    traces: panels.map(({ counts, name: title }, i) => ({
      type: "bar",
      name: plain(title),
      x: centres(edges),
      y: counts,
      xaxis: name("x", i),
      yaxis: name("y", i),
      marker: { color: color("accent") },
      hovertemplate: "%{x:.3~g}: %{y:,}<extra>%{fullData.name}</extra>",
    })),
    layout: {
      ...Object.fromEntries(axes),
      showlegend: false,
      bargap: 0,
      hovermode: "closest",
      margin: { l: 8, r: 8, t: 24, b: 40 },
      annotations: [
        ...panels.map(({ name: title }, i) =>
          note(title, (span(panels.length, i)[0] + span(panels.length, i)[1]) / 2, 1)
        ),
        ...(hasEnds ? panels.flatMap((_, i) => endNotes(ends, span(panels.length, i))) : []),
        { ...note(across, 0.5, 0), yanchor: "top", yshift: -18 },
      ],
    },
  };
};

/**
 * The ends of the bins below a panel, within its width: ticks are centred, and those of two neighbours would read as one
 * number.
 *
 * @param {number[]} ends @param {number[]} shares
 */
const endNotes = (ends, shares) =>
  ["left", "right"].map((side, i) => ({
    ...note(figure(ends[i], 3), shares[i], 0),
    xanchor: side,
    yanchor: "top",
    font: { size: 10, color: color("muted") },
  }));

const note = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) => ({
  text: plain(text),
  x,
  y,
  xref: "paper",
  xanchor: "center", // by default, a text in the left third begins there, and one in the right third ends there
  yref: "paper",
  yanchor: "bottom",
  showarrow: false,
  font: { size: 11, color: color("muted") },
});

/**
 * A sketch of the chart, approximately as plotly.js will draw it.
 *
 * @param {Histograms} histograms
 * @param {{ width: number, height: number }} size
 */
const sketch = ({ edges, panels, across, hasEnds = true }, { width, height }) => {
  const [room, bottom] = [width - EDGE.left - EDGE.right, height - EDGE.bottom];
  if (room <= 0) return nothing;
  const drawn = panels.map(({ name, counts }, i) => {
    const [left, right] = span(panels.length, i).map((share) => EDGE.left + share * room);
    const step = (right - left) / counts.length;
    const most = Math.max(1, ...counts);
    const up = (/** @type {number} */ count) => (bottom - ((bottom - EDGE.top) * count) / most).toFixed(1);
    const bars = counts.map((count, j) => `V${up(count)}H${(left + (j + 1) * step).toFixed(1)}`).join("");
    return svg`
      <path fill=${color("accent")} d=${`M${left.toFixed(1)} ${bottom}${bars}V${bottom}z`} />
      <path class="rule" d=${`M${left} ${bottom}H${right}`} />
      <text x=${(left + right) / 2} y="12" text-anchor="middle">${name}</text>
      ${hasEnds
        ? svg`
          <text x=${left} y=${bottom} dy="1.3em">${figure(edges[0], 3)}</text>
          <text x=${right} y=${bottom} dy="1.3em" text-anchor="end">${figure(edges[edges.length - 1], 3)}</text>
        `
        : nothing}
    `;
  });
  return html`
    <svg class="sketch" width=${width} height=${height} aria-hidden="true">
      ${drawn}
      <text x=${width / 2} y=${bottom} dy="2.7em" text-anchor="middle">${across}</text>
    </svg>
  `;
};

/** @type {import("./chart.js").Kind<Histograms>} */
export const histograms = { plotly, sketch };
