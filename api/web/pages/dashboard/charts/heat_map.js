// A heat map: a colour for each pair of a row and a column, which is stronger for greater values.

import { figure } from "../format.js";
import { html, nothing, svg } from "../template.js";
import { color } from "../themes.js";
import { plain } from "./style.js";

/**
 * @typedef {object} HeatMap
 * @property {string[]} columns
 * @property {string[]} rows from the top
 * @property {(number | null)[][]} values by row, from 0 to 1; null is left empty
 * @property {string[][]} [said] the text for each value; by default the value itself
 * @property {string} across the title of the axis of x
 * @property {string} up the title of the axis of y
 */

/** Between the names of the rows and the title of their axis, pixels. */
const STANDOFF = 8;
const EDGE = { left: 60, right: 8, top: 10, bottom: 40 };
/** Maximum number of labels below a map. */
const LABELS = 16;
/** Opacity of the weakest colour, so that a cell with 0 is visible. */
const FAINT = 0.04;

const title = (/** @type {string} */ text) => ({ text: plain(text), font: { size: 11, color: color("muted") } });

/** @param {HeatMap} map */
const plotly = ({ columns, rows, values, said, across, up }) => ({
  traces: [{
    type: "heatmap",
    x: columns.map((_, i) => i),
    y: rows.map((_, i) => i),
    z: values,
    zmin: 0,
    zmax: 1,
    colorscale: [[0, color("surface")], [1, color("accent")]],
    xgap: 1,
    ygap: 1,
    showscale: false,
    customdata: values.map((row, i) =>
      row.map((value, j) => [plain(columns[j]), plain(rows[i]), said?.[i][j] ?? figure(value, 3)])
    ),
    hovertemplate: `${plain(across)} %{customdata[0]}, ${plain(up)} %{customdata[1]}: %{customdata[2]}<extra></extra>`,
  }],
  layout: {
    hovermode: "closest",
    xaxis: { title: title(across), ...ticks(columns), showgrid: false, zeroline: false },
    yaxis: {
      title: { ...title(up), standoff: STANDOFF },
      ...ticks(rows),
      autorange: "reversed",
      showgrid: false,
      zeroline: false,
    },
  },
});

/** @param {string[]} names */
const ticks = (names) => {
  const shown = some(names);
  return { tickvals: shown.map(([i]) => i), ticktext: shown.map(([, name]) => plain(name)) };
};

/**
 * Every n-th name with its position, so that labels do not overlap.
 * @param {string[]} names
 * @returns {[number, string][]}
 */
const some = (names) => {
  const every = Math.ceil(names.length / LABELS);
  return names.flatMap((name, i) => (i % every === 0 ? [/** @type {[number, string]} */ ([i, name])] : []));
};

/**
 * A sketch of the chart, approximately as plotly.js will draw it.
 *
 * @param {HeatMap} map
 * @param {{ width: number, height: number }} size
 */
const sketch = ({ columns, rows, values, said, across, up }, { width, height }) => {
  const [right, bottom] = [width - EDGE.right, height - EDGE.bottom];
  const step = { x: (right - EDGE.left) / columns.length, y: (bottom - EDGE.top) / rows.length };
  if (!(step.x > 1 && step.y > 1)) return nothing;
  const x = (/** @type {number} */ i) => EDGE.left + i * step.x;
  const y = (/** @type {number} */ i) => EDGE.top + i * step.y;
  const cell = (/** @type {number | null} */ value, /** @type {number} */ i, /** @type {number} */ j) =>
    value === null ? nothing : svg`
      <rect x=${x(j)} y=${y(i)} width=${step.x - 1} height=${step.y - 1} fill=${color("accent")}
        fill-opacity=${FAINT + (1 - FAINT) * Math.min(1, Math.max(0, value))}>
        <title>${said?.[i][j] ?? figure(value)}</title>
      </rect>
    `;
  return html`
    <svg class="sketch" width=${width} height=${height} aria-hidden="true">
      ${values.map((row, i) => row.map((value, j) => cell(value, i, j)))}
      ${some(rows).map(([i, name]) =>
        svg`<text x=${EDGE.left - 5} y=${y(i + 0.5)} dy="0.35em" text-anchor="end">${name}</text>`
      )}
      ${some(columns).map(([j, name]) =>
        svg`<text x=${x(j + 0.5)} y=${bottom} dy="1.3em" text-anchor="middle">${name}</text>`
      )}
      <text x=${(EDGE.left + right) / 2} y=${bottom} dy="2.5em" text-anchor="middle">${across}</text>
      <text x="12" y=${(EDGE.top + bottom) / 2} text-anchor="middle" transform=${`rotate(-90 12 ${
        (EDGE.top + bottom) / 2
      })`}>${up}</text>
    </svg>
  `;
};

/** @type {import("./chart.js").Kind<HeatMap>} */
export const heatMap = { plotly, sketch };
