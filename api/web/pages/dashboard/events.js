// The events of the workspace, each once, while this tab is visible.

import { at } from "./address.js";
import { get } from "./api.js";
import { onWanted } from "./stream/relief.js";
import { connect } from "./stream/shared.js";

/** Milliseconds for which a hidden tab keeps listening. */
const HIDDEN = 20_000;
/** Milliseconds that the first page waits for the stream. */
const PATIENCE = 1000;
/** Milliseconds without a sign of life after which the tab reconnects; the service sends one every 15 s. */
const SILENCE = 60_000;
/** Milliseconds of silence after which the tab reconnects when the network has changed. */
const HEARTBEAT = 16_000;

/** @typedef {import("./store/snapshot.js").ServiceEvent} ServiceEvent */

/** @type {Set<{ hear: (event: ServiceEvent) => void, missed: () => void }>} */
const listeners = new Set();
/** @type {Set<(state: string) => void>} */
const watchers = new Set();
/** @type {ReturnType<typeof connect> | null} */
let stream = null;
let state = "connecting";
/** Whether pages may have missed events: then they must read their data again once the stream is open. */
let behind = false;
let silent = 0;
let hiding = 0;

/**
 * Listen to all events from now on.
 *
 * @param {(event: ServiceEvent) => void} hear
 * @param {() => void} missed called when events may have been missed: the listener must read its data again
 * @returns a function that ends it
 */
export const subscribe = (hear, missed) => {
  const listener = { hear, missed };
  listeners.add(listener);
  if (!document.hidden) join();
  return () => listeners.delete(listener);
};

/**
 * Call `watcher` with "connecting", "live", "polling" or "reconnecting", now and after each change.
 *
 * @param {(state: string) => void} watcher
 * @returns a function that ends it
 */
export const onState = (watcher) => {
  watchers.add(watcher);
  watcher(state);
  return () => watchers.delete(watcher);
};

/**
 * Resolves when the stream is open, or takes too long. A page that reads its data afterwards misses no event, or is
 * told that events may have been missed.
 */
export const joined = new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
  const goOn = () => {
    if (!watchers.delete(settled)) return;
    behind ||= state !== "live";
    resolve();
  };
  const settled = (/** @type {string} */ now) => now === "connecting" || goOn();
  watchers.add(settled);
  setTimeout(goOn, document.hidden ? 0 : PATIENCE);
});

const join = () => {
  if (stream) return;
  stream = connect(at("/v1/events"), receive);
  watch();
};

const leave = () => {
  clearTimeout(silent);
  stream?.close();
  stream = null;
  behind = true;
};

const rejoin = () => {
  leave();
  become("reconnecting");
  join();
};

const receive = (message) => {
  watch();
  behind ||= Boolean(message.gap);
  if (message.state) become(message.state);
  if (message.missed) tellMissed();
  if (message.event) listeners.forEach(({ hear }) => hear(message.event));
  if (message.refused) get("/v1/session").catch(() => {}); // which leads to the sign-in page
};

/** A stream ends without notice if the machine sleeps or the web worker dies. */
const watch = () => {
  clearTimeout(silent);
  silent = setTimeout(rejoin, SILENCE);
};

const tellMissed = () => listeners.forEach(({ missed }) => missed());

const become = (next) => {
  if (next !== state) {
    state = next;
    watchers.forEach((watcher) => watcher(state));
  }
  if (next === "live" && behind) {
    behind = false;
    tellMissed();
  }
};

document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(leave, HIDDEN);
  else if (!stream && listeners.size) rejoin();
});
document.addEventListener("freeze", leave);
onWanted(() => document.hidden && leave());
addEventListener("online", () => stream?.check(HEARTBEAT));

// A page that is left must release its connection at once, because the next page needs it.
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => event.persisted && !document.hidden && rejoin());
