// The one event stream of this tab: everything that happens in the workspace, each event once.

import { at } from "./address.js";
import { get } from "./api.js";

const KINDS = ["status", "epoch", "log", "end"];
const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 5000;
/** Milliseconds that a tab nobody looks at keeps its connection: a browser has six for all tabs of a service. */
const HIDDEN = 20_000;

/** Milliseconds that a first page waits for the stream. */
const PATIENCE = 1000;

const listeners = new Set();
const watchers = new Set();
let source = null;
let last = null;
let state = "connecting";
/** Whether pages have read without waiting any longer for the first stream. */
let late = false;
let pause = FIRST_PAUSE;
let timer = 0;

/**
 * Hear every event from now on.
 *
 * `listener` gets `{kind, id, experimentId, data}`, and `{kind: "gap"}` when events may have been missed: read anew then.
 * @returns a function that ends it
 */
export const subscribe = (listener) => {
  listeners.add(listener);
  if (!source && !timer) open();
  return () => listeners.delete(listener);
};

/** Call `watcher` with "connecting", "live" or "reconnecting", now and at each change. @returns a function that ends it */
export const onState = (watcher) => {
  watchers.add(watcher);
  watcher(state);
  return () => watchers.delete(watcher);
};

/** Once the stream is open, or does not come soon: who reads then misses nothing that is told, or hears of a gap. */
export const joined = new Promise((resolve) => {
  watchers.add((now) => now === "connecting" || resolve());
  setTimeout(() => {
    late = state === "connecting";
    resolve();
  }, PATIENCE);
});

const open = () => {
  timer = 0;
  source = new EventSource(at(last === null ? "/v1/events" : `/v1/events?after=${last}`));
  source.onopen = opened;
  source.onerror = lost;
  for (const kind of KINDS) source.addEventListener(kind, heard);
};

const opened = () => {
  pause = FIRST_PAUSE;
  if ((state === "reconnecting" || late) && last === null) tell({ kind: "gap" });
  late = false;
  become("live");
};

/** EventSource comes back by itself only from some failures, so it never does: this does. */
const lost = () => {
  stop();
  become("reconnecting");
  get("/v1/session").catch(() => {}); // goes to the sign-in if that is why
  timer = setTimeout(open, pause);
  pause = Math.min(2 * pause, LONGEST_PAUSE);
};

const heard = (event) => {
  const id = Number(event.lastEventId);
  if (last !== null && id <= last) return;
  last = id;
  const { experiment_id: experimentId, ...data } = JSON.parse(event.data);
  tell({ kind: event.type, id, experimentId, data });
};

const stop = () => {
  source?.close();
  source = null;
  clearTimeout(timer);
  timer = 0;
};

const tell = (event) => listeners.forEach((listener) => listener(event));

const become = (next) => {
  if (next === state) return;
  state = next;
  watchers.forEach((watcher) => watcher(state));
};

let hiding = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(stop, HIDDEN);
  else if (!source && listeners.size) comeBack();
});

const comeBack = () => {
  stop();
  if (last === null) become("reconnecting"); // nothing tells what was missed
  open();
};

// A page that is left must give its connection back at once: the next one needs it.
addEventListener("pagehide", stop);
addEventListener("pageshow", (event) => event.persisted && comeBack());
