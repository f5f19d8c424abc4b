// The controls of the chart: which metric is drawn, and how.

import { html } from "../../template.js";

/**
 * @param {{metrics: import("../../metrics.js").Metric[], key: string, smoothing: number, isLogarithmic: boolean}} shown
 * @param {{ choose(key: string): void, smooth(factor: number): void, scale(isLogarithmic: boolean): void }} change
 */
export const controls = ({ metrics, key, smoothing, isLogarithmic }, { choose, smooth, scale }) =>
  html`
    <label class="check"><span>Metric</span>
      <select class="input" @change=${(event) => choose(event.target.value)}>
        ${metrics.map((one) => html`<option value=${one.key} ?selected=${one.key === key}>${one.label}</option>`)}
      </select></label>
    <label class="check">Smoothing
      <input type="range" min="0" max="0.98" step="0.02" .value=${String(smoothing)} @input=${(event) =>
        smooth(event.target.valueAsNumber)}></label>
    <label class="check"><input type="checkbox" .checked=${isLogarithmic} @change=${(event) =>
      scale(event.target.checked)}>Log scale</label>
  `;
