// A chart on a page: a sketch until plotly.js is loaded, redrawn on request, and removed with its page.
//
// Each kind of chart is one file, which defines the chart's data, and how plotly.js and the sketch draw them.

import { render } from "../template.js";
import { onTheme } from "../themes.js";
import { attempt } from "../toast.js";
import { bar } from "./bar.js";
import { heatMap } from "./heat_map.js";
import { histograms } from "./histograms.js";
import { line } from "./line.js";
import { loadPlotly } from "./plotly.js";
import { CONFIG, layoutOf } from "./style.js";

/**
 * @template Given
 * @typedef {object} Kind
 * @property {(given: Given) => { traces: object[], layout: Record<string, any> }} plotly
 * @property {(given: Given, size: { width: number, height: number }) => unknown} sketch a template, or `nothing`
 */

/** @type {Record<string, Kind<any>>} */
const KINDS = { bar, heat_map: heatMap, histograms, line };

/** Milliseconds after which loading plotly.js is tried again. */
const PAUSE = 10_000;

/** @type {Promise<any> | null} */
let coming = null;

/** plotly.js; undefined if it cannot be loaded, which a message reports. */
const library = () => {
  coming ??= attempt(loadPlotly).then((found) => {
    if (!found) setTimeout(() => (coming = null), PAUSE);
    return found;
  });
  return coming;
};

export class Chart {
  /** @type {any} */
  #plotly = /** @type {any} */ (globalThis).Plotly;
  /** @type {{ kind: string } | null} */
  #given = null;
  #ended = false;
  #forget = onTheme(() => this.#show());
  #size = new ResizeObserver(() => this.#show()); // plotly.js has its own legend

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    if (!this.#plotly) this.#size.observe(element);
  }

  /**
   * @param {{ kind: string }} given the data of a chart of its kind
   * @returns {Promise<unknown> | undefined} called after each drawing
   */
  draw(given) {
    this.#given = given;
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
    if (!this.#given) return undefined;
    const { kind, ...given } = this.#given;
    if (!this.#plotly) return this.#sketch(KINDS[kind].sketch(given, this.#measure()));
    const { traces, layout } = KINDS[kind].plotly(given);
    return this.#plotly.react(this.element, traces, layoutOf(layout), CONFIG);
  }

  #measure() {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  /** @param {unknown} drawing */
  #sketch(drawing) {
    render(drawing, this.element);
    return undefined;
  }

  /** @param {any} plotly */
  #takeOver(plotly) {
    if (this.#ended || this.#plotly) return;
    this.#plotly = plotly;
    this.#size.disconnect();
    this.element.replaceChildren();
    attempt(() => this.#show());
  }
}

/** The charts of a page, by the ids of their elements. A chart without an element belonged to an earlier page. */
export class Charts {
  /** @type {Map<string, Chart>} */
  #charts = new Map();

  /** @param {Element} root */
  constructor(root) {
    this.root = root;
  }

  /**
   * Draw into the element with this id, if the page has it.
   *
   * @param {string} id
   * @param {{ kind: string }} given
   */
  draw(id, given) {
    const element = /** @type {HTMLElement | null} */ (this.root.querySelector(`#${id}`));
    const known = this.#charts.get(id);
    if (known && known.element !== element) this.#drop(id);
    if (element && !this.#charts.has(id)) this.#charts.set(id, new Chart(element));
    return this.#charts.get(id)?.draw(given);
  }

  dispose() {
    for (const id of this.#charts.keys()) this.#drop(id);
  }

  /** @param {string} id */
  #drop(id) {
    this.#charts.get(id)?.dispose();
    this.#charts.delete(id);
  }
}
