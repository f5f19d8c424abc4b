// A chart on a page: sketched until plotly.js is there, drawn anew whenever it is asked to, and gone with its page.

import { drawLines } from "./charts.js";
import { loadPlotly } from "./plotly.js";
import { sketch } from "./sketch.js";
import { color, onTheme } from "./themes.js";
import { attempt } from "./toast.js";

let coming = null;

/** plotly.js; undefined if it cannot be had, which is said, and tried again by the next chart. */
const library = async () => {
  coming ??= attempt(loadPlotly);
  const found = await coming;
  if (!found) coming = null;
  return found;
};

/** Its kinds give plotly's `traces(state)` and `layout(state)`. */
export class Drawing {
  #plotly = globalThis.Plotly;
  #state = null;
  #ended = false;
  #forget = onTheme(() => this.#show());

  constructor(element) {
    this.element = element;
    if (!this.#plotly) library().then((found) => found && this.#takeOver(found));
  }

  /** @returns {Promise | undefined} when it is drawn */
  draw(state) {
    this.#state = state;
    const drawn = this.#show();
    mark(this.#plotly ? "chart" : "sketch");
    return drawn;
  }

  dispose() {
    this.#ended = true;
    this.#forget();
    this.#plotly?.purge(this.element);
  }

  #show() {
    if (!this.#state) return undefined;
    const [traces, layout] = [this.traces(this.#state), this.layout(this.#state)];
    return this.#plotly ? drawLines(this.#plotly, this.element, traces, layout) : sketch(this.element, traces, layout);
  }

  #takeOver(plotly) {
    if (this.#ended) return;
    this.#plotly = plotly;
    this.element.replaceChildren();
    attempt(() => this.#show());
    mark("chart");
  }
}

/** For who measures: when there first was one. */
const mark = (name) => performance.getEntriesByName(name).length || performance.mark(name);

export const epochAxis = () => ({
  title: { text: "epoch", font: { size: 11, color: color("muted") }, standoff: 4 },
  rangemode: "tozero",
});
