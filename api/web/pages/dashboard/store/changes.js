// How each kind of event changes an experiment, its metrics and its log.

import { isBetter } from "../metrics.js";
import { thinned } from "./thinning.js";

/** @typedef {import("./snapshot.js").ServiceEvent} ServiceEvent */
/** @typedef {{ id: number, at: string, level: string, message: string }} LogLine */

/** The fields that only the response about a single experiment contains, but not lists and events. */
const DETAILS = ["input_shape", "classes", "layers", "steps_per_epoch", "memory_bytes", "changes"];

const changesStatus = (/** @type {string} */ kind) => kind === "status" || kind === "end";

/**
 * The experiment after one of its events.
 *
 * @param {any} experiment
 * @param {ServiceEvent} event
 */
export const changedRecord = (experiment, { seq, kind, data }) => {
  if (kind === "epoch") return { ...withEpoch(experiment, data), long_step: null, last_event: seq };
  if (kind === "progress") return { ...experiment, long_step: unfinished(data), last_event: seq };
  return { ...(changesStatus(kind) ? withDetails(data, experiment) : experiment), last_event: seq };
};

/** The step that training waits for, such as a download; null when it has ended. */
const unfinished = (/** @type {any} */ step) => step.done === step.total ? null : step;

/**
 * The experiment in an event or in the response to an action, completed by the known details that it omits.
 *
 * @param {any} record
 * @param {any} before
 */
export const withDetails = (record, before) => {
  const left = DETAILS.filter((key) => (record[key] ?? null) === null);
  return { ...record, ...Object.fromEntries(left.map((key) => [key, before?.[key] ?? null])) };
};

/** The experiment after one more epoch, as the service will report it. */
const withEpoch = (/** @type {any} */ experiment, /** @type {any} */ row) => {
  const { progress, best, best_metric: key } = experiment;
  if (row.epoch <= progress.epoch) return experiment;
  const left = progress.epochs - row.epoch;
  return {
    ...experiment,
    latest: row,
    best: best === null || isBetter(key, row[key], best[key]) ? row : best,
    progress: { ...progress, epoch: row.epoch, eta_seconds: left * row.seconds },
  };
};

/**
 * Returns a function that updates the rows of a history after an event: one more epoch, or a restart of the run.
 *
 * @param {number} points the history is thinned when it has twice as many rows
 */
export const changedRows = (points) => (/** @type {any[]} */ rows, /** @type {ServiceEvent} */ { kind, data }) => {
  const last = rows.at(-1)?.epoch ?? 0;
  if (changesStatus(kind)) return data.progress.epoch < last ? upTo(data.progress.epoch, rows) : rows;
  if (kind !== "epoch" || data.epoch <= last) return rows;
  const longer = [...rows, data];
  return longer.length > 2 * points ? thinned(longer) : longer;
};

/**
 * @param {number} epoch
 * @param {any[]} rows
 */
const upTo = (epoch, rows) => rows.filter((row) => row.epoch <= epoch);

/**
 * The lines of a log after an event.
 *
 * @param {LogLine[]} lines
 * @param {ServiceEvent} event
 */
export const changedLines = (lines, { seq, kind, at, data }) =>
  kind === "log" && seq > (lines.at(-1)?.id ?? 0) ? [...lines, { id: seq, at, ...data }] : lines;

/**
 * The findings after an event. A finding in an event replaces the earlier one about the same layer or column.
 *
 * @param {any[]} findings
 * @param {ServiceEvent} event
 */
export const changedFindings = (findings, { kind, data }) => {
  if (kind !== "finding") return findings;
  const place = findings.findIndex((one) => isSameFinding(one, data));
  return place < 0 ? [...findings, data].toSorted(byGravity) : findings.with(place, data);
};

/**
 * Whether two findings are the same. A run has each finding once, even if its layer changes; data may have one for each
 * column.
 *
 * @param {any} one @param {any} other
 */
const isSameFinding = (one, other) =>
  one.id === other.id && (!one.id.startsWith("data_") || (one.layer === other.layer && one.column === other.column));

const GRAVITY = ["critical", "warning", "note"];

/** @param {any} one @param {any} other */
const byGravity = (one, other) => GRAVITY.indexOf(one.severity) - GRAVITY.indexOf(other.severity);
