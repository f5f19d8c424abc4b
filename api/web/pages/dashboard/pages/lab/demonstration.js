// One demonstration: the user's request, and the newest answer of the service.

import { SERVICE } from "../../address.js";
import { post } from "../../api.js";
import { throttled } from "../../throttle.js";
import { describe } from "../new/schema/describe.js";
import { same } from "../new/schema/document.js";

/** Minimum number of milliseconds between two requests. */
const INTERVAL = 150;

export class Demonstration {
  /** @type {any[]} */
  charts = [];
  /** The numbers. @type {any} */
  result = null;
  /** @type {Error | null} */
  error = null;
  isComputing = false;
  #isNew = false;
  #ended = false;
  #ask = throttled(INTERVAL, () => this.#read());

  /**
   * @param {any} entry of `GET /v1/lab`
   * @param {() => void} changed
   */
  constructor(entry, changed) {
    this.entry = entry;
    this.changed = changed;
    this.request = entry.defaults;
    this.description = describe(entry.json_schema, entry.json_schema.$defs ?? {});
  }

  /** @returns {string} */
  get name() {
    return this.entry.name;
  }

  get isDefault() {
    return same(this.request, this.entry.defaults);
  }

  /** The values of the request that are not defaults. */
  get changes() {
    const defaults = this.entry.defaults;
    return Object.fromEntries(Object.entries(this.request).filter(([key, value]) => !same(value, defaults[key])));
  }

  get curl() {
    const body = JSON.stringify(this.changes).replaceAll("'", "'\\''");
    return `curl ${SERVICE}/v1/lab/${this.name} \\
  -H "Authorization: Bearer $GRADUS_KEY" \\
  -H "Content-Type: application/json" \\
  -d '${body}'`;
  }

  /** Set the value at a path of the request. @param {(string | number)[]} path @param {unknown} value */
  write(path, value) {
    this.request = written(this.request, path, value);
    this.compute();
  }

  reset() {
    this.write([], this.entry.defaults);
  }

  /** Send a request soon, one at a time. While a slider moves, intermediate values may be skipped. */
  compute() {
    this.isComputing = true;
    this.changed();
    this.#ask();
  }

  async #read() {
    const asked = this.request;
    try {
      const { charts, result } = await post(`/v1/lab/${this.name}`, asked);
      [this.charts, this.result, this.error, this.#isNew] = [charts, result, null, true];
    } catch (error) {
      this.error = /** @type {Error} */ (error);
    }
    this.isComputing = asked !== this.request;
    if (!this.#ended) this.changed();
  }

  /** Whether there is an answer that has not been drawn yet. */
  takeAnswer() {
    const isNew = this.#isNew;
    this.#isNew = false;
    return isNew;
  }

  end() {
    this.#ended = true;
    this.#ask.cancel();
  }
}

/**
 * A copy of the value with another value at a path; undefined removes an item of a list.
 *
 * @param {any} whole
 * @param {(string | number)[]} path
 * @param {unknown} value
 * @returns {any}
 */
const written = (whole, [key, ...rest], value) => {
  if (key === undefined) return value;
  const inner = rest.length ? written(whole[key], rest, value) : value;
  if (!Array.isArray(whole)) return { ...whole, [key]: inner };
  return inner === undefined ? whole.toSpliced(Number(key), 1) : whole.toSpliced(Number(key), 1, inner);
};
