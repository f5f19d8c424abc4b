// A chart on a page: sketched until plotly.js is there, drawn anew whenever it is asked to, and gone with its page.

import { drawLines } from "./charts.js";
import { loadPlotly } from "./plotly.js";
import { sketch } from "./sketch.js";
import { color, onTheme } from "./themes.js";
import { attempt } from "./toast.js";

/** Milliseconds after which plotly.js is asked for again. */
const PAUSE = 10_000;

let coming = null;

/** plotly.js; undefined if it cannot be had, which is said. */
const library = () => {
  coming ??= attempt(loadPlotly).then((found) => {
    if (!found) setTimeout(() => (coming = null), PAUSE);
    return found;
  });
  return coming;
};

/** @abstract its kinds give plotly's `traces(state)` and `layout(state)` */
export class Drawing {
  #plotly = globalThis.Plotly;
  #state = null;
  #ended = false;
  #forget = onTheme(() => this.#show());
  #size = new ResizeObserver(() => this.#show()); // plotly.js has its own

  constructor(element) {
    this.element = element;
    if (!this.#plotly) this.#size.observe(element);
  }

  /** @returns {Promise | undefined} when it is drawn */
  draw(state) {
    this.#state = state;
    if (!this.#plotly) library().then((found) => found && this.#takeOver(found));
    return this.#show();
  }

  dispose() {
    this.#ended = true;
    this.#forget();
    this.#size.disconnect();
    this.#plotly?.purge(this.element);
  }

  #show() {
    if (!this.#state) return undefined;
    const [traces, layout] = [this.traces(this.#state), this.layout(this.#state)];
    if (!this.#plotly) return sketch(this.element, traces, layout);
    return drawLines(this.#plotly, this.element, traces, layout);
  }

  #takeOver(plotly) {
    if (this.#ended || this.#plotly) return;
    this.#plotly = plotly;
    this.#size.disconnect();
    this.element.replaceChildren();
    attempt(() => this.#show());
  }
}

export const epochAxis = () => ({
  title: { text: "epoch", font: { size: 11, color: color("muted") }, standoff: 4 },
  rangemode: "tozero",
});
