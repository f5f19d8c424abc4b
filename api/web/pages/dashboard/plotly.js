// plotly.js, fetched when something is to be drawn.

import { at } from "./address.js";

/** Empty elements that keep plotly.js from writing style elements, which the page's policy forbids; see css/chart.css. */
const NO_STYLES = ["plotly.js-style-global", "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53"];

for (const id of NO_STYLES) {
  document.head.append(Object.assign(document.createElement("template"), { id, className: "no-inline-styles" }));
}

let plotly = null;

/** plotly.js, loaded once. */
export const loadPlotly = () => {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    const fail = () => {
      plotly = null;
      script.remove();
      reject(new Error("The chart library could not be loaded."));
    };
    script.src = at("/plotly/plotly.min.js");
    script.onload = () => (globalThis.Plotly ? resolve(globalThis.Plotly) : fail());
    script.onerror = fail;
    document.head.append(script);
  });
  return plotly;
};
