// The histories behind the sparklines: asked for when a row comes into sight, many at once, and grown by live epochs.

import { get } from "../../api.js";
import { afterRest } from "../../frame.js";
import { judge } from "../../metrics.js";

const POINTS = 32;
const TOGETHER = 50;
/** Milliseconds until what could not be read is asked for again. */
const PAUSE = 5000;

/** Histories by experiment. `changed` is called when some have arrived. */
export class Curves {
  #rows = new Map();
  #wanted = new Set();
  #ended = false;
  #read = afterRest(80, () => this.#ask());
  #readLater = afterRest(PAUSE, () => this.#ask());

  constructor(changed) {
    this.changed = changed;
  }

  /** The values to draw for an experiment that is in sight. */
  of(experiment) {
    const rows = this.#rows.get(experiment.id);
    if (!rows && experiment.latest) this.#want(experiment.id);
    if (!rows || !experiment.best) return [];
    const key = judge(experiment, experiment.best);
    return rows.map((row) => row[key]);
  }

  hear({ kind, experimentId, data }) {
    const rows = this.#rows.get(experimentId);
    if (!rows || kind === "log") return;
    const last = rows.at(-1)?.epoch ?? 0;
    if (kind === "epoch" && data.epoch > last) this.#rows.set(experimentId, grown(rows, data));
    if (kind !== "epoch" && data.progress.epoch < last) this.#rows.delete(experimentId); // it begins anew
  }

  /** Forget everything: events were missed. */
  clear() {
    this.#rows.clear();
  }

  end() {
    this.#ended = true;
    this.#read.cancel();
    this.#readLater.cancel();
  }

  #want(id) {
    if (this.#wanted.has(id)) return;
    this.#wanted.add(id);
    this.#read();
  }

  async #ask() {
    const ids = [...this.#wanted].slice(0, TOGETHER);
    if (!ids.length) return undefined;
    const answer = await get("/v1/metrics", { experiment: ids, max_points: POINTS }).catch(() => null);
    if (this.#ended) return undefined;
    if (!answer) return this.#readLater(); // what is wrong the list itself says
    for (const id of ids) this.#take(id, answer.data[id]?.data ?? []);
    if (this.#wanted.size) this.#read();
    return this.changed();
  }

  #take(id, rows) {
    this.#wanted.delete(id);
    this.#rows.set(id, rows);
  }
}

const grown = (rows, row) => [...(rows.length < 2 * POINTS ? rows : rows.filter((_, i) => i % 2 === 0)), row];
