// A chart on a page: drawn when first asked to, drawn anew after that, and gone with its page.

import { color, lineChart } from "./charts.js";

/** Its kinds give plotly's `traces(state)` and `layout(state)`. */
export class Drawing {
  #chart = null;
  #ended = false;

  constructor(element) {
    this.element = element;
  }

  async draw(state) {
    const [traces, layout] = [() => this.traces(state), () => this.layout(state)];
    if (this.#chart) return (await this.#chart)?.update(traces, layout);
    this.#chart = lineChart(this.element, traces, layout);
    const drawn = await this.#chart;
    if (this.#ended) drawn.dispose();
    return drawn;
  }

  async dispose() {
    this.#ended = true;
    (await this.#chart)?.dispose();
  }
}

export const epochAxis = () => ({
  title: { text: "epoch", font: { size: 11, color: color("muted") }, standoff: 4 },
  rangemode: "tozero",
});
