// The experiments of the list, newest first: pages from the service, updated by its event stream.

import { get } from "../../api.js";
import { changedRecord } from "../../store/changes.js";
import { matches } from "./filters.js";

const PAGE = 100;
const MOST = 200; // experiments on one page of the service

/** @typedef {import("../../store/snapshot.js").ServiceEvent} ServiceEvent */

/** A list with one filter. Each item knows the newest of its events that it contains, and applies the next one. */
export class List {
  /** @type {any[]} */
  items = [];
  whole = false;
  /** @type {Error | null} */
  error = null;
  /** @type {string | null} */
  #cursor = null;
  /** @type {Promise<void> | null} */
  #asking = null;
  #ended = false;
  /**
   * For each read in progress, the events that arrived since it began: its answer may be older.
   * @type {Set<ServiceEvent[]>}
   */
  #meanwhile = new Set();

  /**
   * @param {Record<string, string>} filter
   * @param {() => void} changed called after each change
   * @param {() => void} missed called when an item has missed an event: call `refresh` then
   */
  constructor(filter, changed, missed) {
    this.filter = filter;
    this.changed = changed;
    this.missed = missed;
  }

  get empty() {
    return this.whole && this.items.length === 0;
  }

  /** Read the next page, unless there is none or it is already being read. */
  more() {
    if (this.whole || this.error) return this.#asking;
    this.#asking ??= this.#read().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /** Read as many experiments as the list has again, after events were missed. Deleted ones disappear. */
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

  /** @param {ServiceEvent} event */
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

  /** Read, and then apply the events that arrived in the meantime. */
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

  /** @param {ServiceEvent} event @returns whether it changes anything here */
  #take(event) {
    const i = this.items.findIndex((one) => one.id === event.experiment_id);
    if (i >= 0) return this.#change(i, event);
    const { kind, data } = event;
    if ((kind !== "status" && kind !== "end") || !matches(data, this.filter) || !this.#reaches(data.id)) return false;
    this.#insert({ ...data, last_event: event.seq });
    return true;
  }

  /** @param {number} i @param {ServiceEvent} event */
  #change(i, event) {
    const before = this.items[i];
    if (event.seq <= before.last_event) return false;
    if (event.seq > before.last_event + 1) {
      if (!this.#meanwhile.size) this.missed();
      return false;
    }
    const after = changedRecord(before, event);
    this.items = matches(after, this.filter) ? this.items.with(i, after) : this.items.toSpliced(i, 1);
    return true;
  }

  /**
   * Whether an experiment belongs to the part of the list that was read. Ids increase with time: an experiment older
   * than the oldest one here comes with its page.
   * @param {string} id
   */
  #reaches(id) {
    return this.whole || this.items.length === 0 || id > this.items.at(-1).id;
  }

  #insert(experiment) {
    const i = this.items.findIndex((one) => one.id < experiment.id);
    this.items = this.items.toSpliced(i < 0 ? this.items.length : i, 0, experiment);
  }
}

const newestFirst = (one, other) => (one.id < other.id ? 1 : -1);
