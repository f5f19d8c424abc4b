// Loads plotly.js when a chart is drawn for the first time.

import { at } from "../address.js";

/** @type {Promise<any> | null} */
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
    script.onload = () => ("Plotly" in globalThis ? resolve(globalThis.Plotly) : fail());
    script.onerror = fail;
    document.head.append(script);
  });
  return plotly;
};
