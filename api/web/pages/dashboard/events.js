// What happens in the workspace, each event once, for as long as somebody looks at this tab.

import { at } from "./address.js";
import { get } from "./api.js";
import { onWanted } from "./stream/relief.js";
import { connect } from "./stream/shared.js";

/** Milliseconds that a tab nobody looks at goes on listening. */
const HIDDEN = 20_000;
/** Milliseconds that a first page waits for the stream. */
const PATIENCE = 1000;
/** Milliseconds without a sign of life after which the tab asks for the stream anew; the service gives one every 15 s. */
const SILENCE = 60_000;
/** Milliseconds of silence that are suspicious when the network has changed. */
const HEARTBEAT = 16_000;

/** @typedef {import("./store/snapshot.js").ServiceEvent} ServiceEvent */

/** @type {Set<{ hear: (event: ServiceEvent) => void, missed: () => void }>} */
const listeners = new Set();
/** @type {Set<(state: string) => void>} */
const watchers = new Set();
/** @type {ReturnType<typeof connect> | null} */
let stream = null;
let state = "connecting";
/** Whether pages may have read what the stream has not told since: they have to read anew when it is there. */
let behind = false;
let silent = 0;
let hiding = 0;

/**
 * Hear every event from now on, of whatever kind.
 *
 * @param {(event: ServiceEvent) => void} hear
 * @param {() => void} missed is called when events may have been missed: read anew then
 * @returns a function that ends it
 */
export const subscribe = (hear, missed) => {
  const listener = { hear, missed };
  listeners.add(listener);
  if (!document.hidden) join();
  return () => listeners.delete(listener);
};

/**
 * Call `watcher` with "connecting", "live", "polling" or "reconnecting", now and at each change.
 *
 * @param {(state: string) => void} watcher
 * @returns a function that ends it
 */
export const onState = (watcher) => {
  watchers.add(watcher);
  watcher(state);
  return () => watchers.delete(watcher);
};

/** Once the stream is open, or does not come soon: who reads then misses nothing that is told, or hears of a gap. */
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
  if (message.refused) get("/v1/session").catch(() => {}); // which goes to the sign-in
};

/** A machine that slept, and a worker that died, end a stream without a word. */
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

// A page that is left must give its connection back at once: the next one needs it.
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => event.persisted && !document.hidden && rejoin());
