// Curves, drawn by plotly.js as SVG. It is loaded by the first page that draws.

import { color, onTheme, theme } from "./themes.js";

export { color };

/** Okabe and Ito's colours, which the colour-blind can tell apart; from the eighth on, the dashes differ too. */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a7a7a"];
const COLORS_ON_DARK = ["#3aa0e0", "#f0803c", "#22b98d", "#dd93bd", "#f0b429", "#7cc7f2", "#a0a0a0"];
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
const SYMBOLS = ["circle", "square", "diamond", "cross", "x", "triangle-up", "star"];
/** Empty elements that keep plotly.js from writing style elements, which the page's policy forbids; see css/chart.css. */
const NO_STYLES = ["plotly.js-style-global", "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53"];

let plotly = null;

/** The line and marker of the n-th series, its colour by the theme. */
export const series = (n) => {
  const shade = (theme() === "dark" ? COLORS_ON_DARK : COLORS)[n % COLORS.length];
  const dash = DASHES[Math.floor(n / COLORS.length) % DASHES.length];
  return { color: shade, dash, symbol: SYMBOLS[n % SYMBOLS.length] };
};

/** plotly.js, loaded once. */
export const loadPlotly = () => {
  plotly ??= new Promise((resolve, reject) => {
    for (const id of NO_STYLES) document.head.append(Object.assign(document.createElement("template"), { id, className: "no-inline-styles" }));
    const script = document.createElement("script");
    script.src = "/plotly/plotly.min.js";
    script.onload = () => resolve(globalThis.Plotly);
    script.onerror = () => {
      plotly = null;
      reject(new Error("The chart library could not be loaded."));
    };
    document.head.append(script);
  });
  return plotly;
};

/** Words of people as plotly.js takes them: in its own it looks for tags. */
export const plain = (words) => words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * Draw lines into an element.
 *
 * @param traces plotly's, or a function that gives them, asked again when the theme changes
 * @param layout plotly's, over the house's own
 * @returns {Promise<{update(traces, layout?): void, dispose(): void}>}
 */
export const lineChart = async (element, traces, layout = {}) => {
  const library = await loadPlotly();
  let shown = { traces, layout };
  const draw = () =>
    library.react(element, resolved(shown.traces), { ...base(), ...merged(resolved(shown.layout)) }, CONFIG);
  await draw();
  const forget = onTheme(draw);
  return {
    update: (more, other = shown.layout) => {
      shown = { traces: more, layout: other };
      return draw();
    },
    dispose: () => {
      forget();
      library.purge(element);
    },
  };
};

const CONFIG = { displayModeBar: false, responsive: true, doubleClickDelay: 350, scrollZoom: false };

const resolved = (given) => (typeof given === "function" ? given() : given);

const axis = () => ({
  gridcolor: color("line"),
  linecolor: color("line"),
  zerolinecolor: color("line"),
  tickfont: { color: color("muted"), size: 11 },
  automargin: true,
});

const merged = ({ xaxis, yaxis, ...rest }) => ({
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
  hoverlabel: { bgcolor: color("surface"), bordercolor: color("line"), font: { color: color("text"), size: 12 }, namelength: -1 },
  legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 12 } },
});
