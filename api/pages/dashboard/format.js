// Numbers, times and words as people read them.

import { number } from "./api.js";

const NONE = "–";
const MINUS = "−";

/** A number with so many significant digits; "NaN" and "∞" for what is none. */
export const figure = (given, digits = 4) => {
  const value = number(given);
  if (value === null || value === undefined) return NONE;
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size < 1e-3 || size >= 1e6 ? value.toExponential(digits - 1) : String(Number(value.toPrecision(digits)));
  return text.replace(/(\.\d*?)0+e/, "$1e").replace(".e", "e").replace("e+", "e").replaceAll("-", MINUS);
};

/** A share as a percentage: 0.9645 → "96.45 %". */
export const percent = (given, places = 2) => {
  const value = number(given);
  return value === null || value === undefined ? NONE : `${(100 * value).toFixed(places)} %`;
};

/** The decimals of a percentage that moves by this share: one example in 14 gives none, one in 5 000 two. */
export const places = (grain) => (grain ? Math.min(2, Math.max(0, Math.ceil(-Math.log10(grain) - 1e-9) - 2)) : 2);

/** A whole number with thin groups: 266610 → "266 610". */
export const whole = (value) => (value === null || value === undefined ? NONE : value.toLocaleString("en").replaceAll(",", "\u202f"));

/** Seconds as "42 s", "3 min 20 s", "1 h 5 min". */
export const duration = (seconds) => {
  if (seconds === null || seconds === undefined) return NONE;
  if (seconds < 0.1) return `${(1000 * seconds).toFixed(0)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return pair(seconds, 60, "min", "s");
  if (seconds < 86_400) return pair(seconds / 60, 60, "h", "min");
  return pair(seconds / 3600, 24, "d", "h");
};

/** Seconds as a whole number of their largest unit: "9 s", "2 min". */
export const roughly = (seconds) => {
  const [size, unit] = UNITS.find(([least]) => seconds >= least) ?? UNITS.at(-1);
  return `${Math.round(seconds / size) || 1} ${unit}`;
};

const UNITS = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];

const pair = (amount, size, large, small) => {
  const rounded = Math.round(amount);
  const rest = rounded % size;
  return `${Math.floor(rounded / size)} ${large}${rest ? ` ${rest} ${small}` : ""}`;
};

/** Bytes as "12.3 MB". */
export const bytes = (count) => {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = count < 1000 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), units.length - 1);
  return `${Number((count / 1000 ** power).toPrecision(3))} ${units[power]}`;
};

/** A moment as the time that has passed since: "3 min ago". */
export const ago = (moment) => {
  if (!moment) return NONE;
  const seconds = (Date.now() - Date.parse(moment)) / 1000;
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(moment).toLocaleDateString("en", { day: "numeric", month: "short", year: "numeric" });
};

/** A moment in full, in the reader's own time zone. */
export const moment = (text) =>
  text ? new Date(text).toLocaleString("en", { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" }) : NONE;

/** The network of a resolved spec: `784–300–100–10` with the data set's sizes, else `300–100`. */
export const network = (spec, dataset) => {
  const hidden = spec.layers.map((layer) => layer.units ?? layer.kind);
  const outputs = dataset && (dataset.classes.length || 1);
  return (dataset ? [dataset.inputs, ...hidden, outputs] : hidden).join("–") || "no hidden layers";
};

/** The optimizer of a resolved spec: "adam 0.001". */
export const optimizer = (spec) => `${spec.optimizer.kind} ${figure(spec.optimizer.lr)}`;

/** What there is to call it: its name, or the end of its id. */
export const title = (experiment) => experiment.name || `unnamed ${experiment.id.slice(-6)}`;
