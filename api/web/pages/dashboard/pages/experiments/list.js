// The experiments of the list, newest first: pages of the service, and what its stream tells since.

import { get } from "../../api.js";
import { withEpoch } from "../../metrics.js";
import { matches } from "./filters.js";

const PAGE = 100;
const MOST = 200; // on one page of the service

/** A list under one filter. `changed` is called after each change. */
export class List {
  items = [];
  whole = false;
  error = null;
  #cursor = null;
  #asking = null;
  #ended = false;
  /** What the stream tells during each read, whose answer may be older. */
  #meanwhile = new Set();

  constructor(filter, changed) {
    this.filter = filter;
    this.changed = changed;
  }

  get empty() {
    return this.whole && this.items.length === 0;
  }

  /** Read the next page, if there is one and nobody reads it already. */
  more() {
    if (this.whole || this.error) return this.#asking;
    this.#asking ??= this.#read().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /** Read anew as many as are here, after events were missed: those that are gone since go, too. */
  refresh() {
    return this.#listening(async () => {
      [this.items, this.#cursor] = await this.#readAsMany();
      [this.whole, this.error] = [this.#cursor === null, null];
    });
  }

  async #readAsMany() {
    const items = [];
    let cursor = null;
    do {
      const limit = Math.min(MOST, Math.max(PAGE, this.items.length - items.length));
      const page = await get("/v1/experiments", { ...this.filter, limit, cursor });
      items.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor !== null && items.length < this.items.length);
    return [items, cursor];
  }

  fail(error) {
    this.error = error;
    if (!this.#ended) this.changed();
  }

  again() {
    this.error = null;
    this.changed();
    return this.more();
  }

  hear(event) {
    for (const heard of this.#meanwhile) heard.push(event);
    if (this.#take(event)) this.changed();
  }

  drop(id) {
    this.items = this.items.filter((one) => one.id !== id);
    this.changed();
  }

  end() {
    this.#ended = true;
  }

  async #read() {
    try {
      await this.#listening(() => this.#readOn());
    } catch (error) {
      this.fail(error);
    }
  }

  async #readOn() {
    const page = await get("/v1/experiments", { ...this.filter, limit: PAGE, cursor: this.#cursor });
    const known = new Set(this.items.map((one) => one.id));
    this.items = [...this.items, ...page.data.filter((one) => !known.has(one.id))].sort(newestFirst);
    this.#cursor = page.next_cursor;
    this.whole = page.next_cursor === null;
  }

  /** Read, and then take up what the stream has told since it was begun. */
  async #listening(read) {
    const heard = [];
    this.#meanwhile.add(heard);
    try {
      await read();
    } finally {
      this.#meanwhile.delete(heard);
      for (const event of heard) this.#take(event);
      if (!this.#ended) this.changed();
    }
  }

  /** Whether it changes anything here. */
  #take({ kind, experimentId, data }) {
    if (kind === "epoch") this.#replace(experimentId, (one) => withEpoch(one, data));
    else if (kind === "status" || kind === "end") this.#put(data);
    else return false;
    return true;
  }

  #put(experiment) {
    const fits = matches(experiment, this.filter);
    const i = this.items.findIndex((one) => one.id === experiment.id);
    if (i >= 0) this.items = fits ? this.items.with(i, experiment) : this.items.toSpliced(i, 1);
    else if (fits && this.#reaches(experiment.id)) this.#insert(experiment);
  }

  /** Ids grow with time: an older one than the oldest here comes with its page. */
  #reaches(id) {
    return this.whole || this.items.length === 0 || id > this.items.at(-1).id;
  }

  #insert(experiment) {
    const i = this.items.findIndex((one) => one.id < experiment.id);
    this.items = this.items.toSpliced(i < 0 ? this.items.length : i, 0, experiment);
  }

  #replace(id, change) {
    const i = this.items.findIndex((one) => one.id === id);
    if (i >= 0) this.items = this.items.with(i, change(this.items[i]));
  }
}

const newestFirst = (one, other) => (one.id < other.id ? 1 : -1);
