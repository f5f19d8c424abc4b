// An experiment, its metrics, its log and its findings: each is a snapshot, which is read when it is first needed.

import { get } from "../api.js";
import { changedFindings, changedLines, changedRecord, changedRows, withDetails } from "./changes.js";
import { Snapshot } from "./snapshot.js";

const POINTS = 1000;
/** Log lines on one page of the service. */
const LINES = 1000;

export class ExperimentStore {
  /** @param {string} id @param {number} points maximum number of rows of its metrics */
  constructor(id, points = POINTS) {
    this.id = id;
    this.points = points;
    /** @type {Snapshot<any>} */
    this.record = new Snapshot(changedRecord);
    /** @type {Snapshot<any[]>} */
    this.history = new Snapshot(changedRows(points));
    /** @type {Snapshot<import("./changes.js").LogLine[]>} */
    this.log = new Snapshot(changedLines);
    /** @type {Snapshot<any[]>} */
    this.found = new Snapshot(changedFindings);
    /** Whether patches are being probed, whose results no event announces. */
    this.predicting = false;
  }

  get experiment() {
    return this.record.value;
  }

  get rows() {
    return this.history.value ?? [];
  }

  get lines() {
    return this.log.value ?? [];
  }

  get findings() {
    return this.found.value ?? [];
  }

  /** @param {import("./snapshot.js").ServiceEvent} event @returns false if events were missed: then read again */
  hear(event) {
    const heard = [this.record, this.history, this.log, this.found].map((snapshot) => snapshot.hear(event));
    return heard.every(Boolean);
  }

  /** Read the experiment. @returns whether nothing is missing, like the other reads */
  readRecord() {
    return refreshed(this.record, async () => snapshotOf(await get(`/v1/experiments/${this.id}`)));
  }

  readHistory() {
    return refreshed(this.history, async () => {
      const { data, last_event: seq } = await get(`/v1/experiments/${this.id}/metrics`, { max_points: this.points });
      return { value: data, seq };
    });
  }

  readLog() {
    return refreshed(this.log, () => wholeLog(this.id));
  }

  readFindings() {
    return refreshed(this.found, async () => {
      const { data, last_event: seq, predicting } = await get(`/v1/experiments/${this.id}/findings`);
      this.predicting = predicting;
      return { value: data, seq };
    });
  }

  /** Apply the service's response to an action, unless a newer event has arrived. @param {any} record */
  take(record) {
    if (record.last_event >= (this.record.seq ?? 0)) {
      this.record.ask()(snapshotOf(withDetails(record, this.experiment)));
    }
  }
}

/** @param {any} record */
export const snapshotOf = (record) => ({ value: record, seq: record.last_event });

/** @param {string} id @returns {Promise<{ value: import("./changes.js").LogLine[], seq: number }>} */
const wholeLog = async (id) => {
  const lines = [];
  for (;;) {
    const { data, last_event: seq } = await get(`/v1/experiments/${id}/log`, {
      after: lines.at(-1)?.id ?? 0,
      limit: LINES,
    });
    lines.push(...data);
    if (data.length < LINES) return { value: lines, seq };
  }
};

/**
 * @template T
 * @param {Snapshot<T>} snapshot
 * @param {() => Promise<{ value: T, seq: number }>} read
 */
const refreshed = async (snapshot, read) => {
  const take = snapshot.ask();
  try {
    return take(await read());
  } catch (error) {
    take(null);
    throw error;
  }
};
