// How charts look.

import { color, theme } from "../themes.js";

/**
 * Okabe and Ito's colours, which colour-blind people can distinguish. From the eighth line on, the dashes differ as
 * well.
 */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a7a7a"];
const COLORS_ON_DARK = ["#3aa0e0", "#f0803c", "#22b98d", "#dd93bd", "#f0b429", "#7cc7f2", "#a0a0a0"];
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
/** The dashes of lines that plotly.js does not draw. */
/** @type {Record<string, string>} */
export const STROKES = {
  solid: "none",
  dash: "6 3",
  dot: "2 3",
  dashdot: "6 2 1 2",
  longdash: "10 3",
  longdashdot: "10 2 1 2",
};
const SYMBOLS = ["circle", "square", "diamond", "cross", "x", "triangle-up", "star"];

/**
 * The line and marker of the n-th series, its colour by the theme.
 *
 * @param {number} n
 */
export const series = (n) => {
  const shade = (theme() === "dark" ? COLORS_ON_DARK : COLORS)[n % COLORS.length];
  const dash = DASHES[Math.floor(n / COLORS.length) % DASHES.length];
  return { color: shade, dash, symbol: SYMBOLS[n % SYMBOLS.length] };
};

/**
 * A user's text, escaped for plotly.js, which interprets tags in texts.
 *
 * @param {string} words
 */
export const plain = (words) => words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The configuration of plotly.js. */
export const CONFIG = { displayModeBar: false, responsive: true, doubleClickDelay: 350, scrollZoom: false };

/**
 * The common layout of all charts.
 *
 * @param {Record<string, any>} layout a layout of plotly.js, which overrides the common one
 */
export const layoutOf = (layout) => ({ ...base(), ...merged(layout) });

const axis = () => ({
  gridcolor: color("line"),
  linecolor: color("line"),
  zerolinecolor: color("line"),
  tickfont: { color: color("muted"), size: 11 },
  automargin: true,
});

const merged = (/** @type {Record<string, any>} */ { xaxis, yaxis, ...rest }) => ({
  ...rest,
  xaxis: { ...axis(), showgrid: false, ...xaxis },
  yaxis: { ...axis(), ...yaxis },
});

const base = () => ({
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: color("text") },
  margin: { l: 8, r: 8, t: 8, b: 8 },
  hovermode: "x unified",
  hoverlabel: {
    bgcolor: color("surface"),
    bordercolor: color("line"),
    font: { color: color("text"), size: 12 },
    namelength: -1,
  },
  legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 12 } },
});
