// Formats numbers, times and texts for people.

import { number } from "./api.js";
import { now } from "./clock.js";
import { isSeen, visible } from "./visible.js";

const NONE = "–";
const MINUS = "−";

/** A number with this many significant digits; "NaN" and "∞" for values that are not finite. */
export const figure = (given, digits = 4) => {
  const value = number(given);
  if (!Number.isFinite(value)) return unusual(value);
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  if (size === 0) return "0";
  const text = size < 1e-3 || size >= 1e6 ? rounded.toExponential() : String(rounded);
  return text.replace("e+", "e").replaceAll("-", MINUS);
};

/** A number with this many decimal places; never "−0.00". */
export const fixed = (given, places = 2) => {
  const value = number(given);
  if (!Number.isFinite(value)) return unusual(value);
  const text = value.toFixed(places);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", MINUS);
};

const unusual = (value) => {
  if (value === null || value === undefined) return NONE;
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "∞" : `${MINUS}∞`;
};

/** A share as a percentage: 0.9645 → "96.45 %". */
export const percent = (given, places = 2) => {
  const value = number(given);
  return Number.isFinite(value) ? `${fixed(100 * value, places)} %` : unusual(value);
};

/**
 * The number of decimals of a percentage that changes in steps of this share: none for one example in 14, two for one
 * in 5 000.
 */
export const places = (grain) => (grain ? Math.min(2, Math.max(0, Math.ceil(-Math.log10(grain) - 1e-9) - 2)) : 2);

/** A whole number with thin spaces between groups of digits: 266610 → "266\u202f610". */
export const whole = (value) => {
  if (!Number.isFinite(value)) return unusual(value);
  return (value || 0).toLocaleString("en").replaceAll(",", "\u202f").replace("-", MINUS);
};

/** Seconds as "42 s", "3 min 20 s", "1 h 5 min". */
export const duration = (given) => {
  const seconds = number(given);
  if (!Number.isFinite(seconds)) return unusual(seconds);
  if (seconds < 0.0995) return `${Math.max(0, Math.round(1000 * seconds))} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  if (seconds < 3599.5) return pair(seconds, 60, "min", "s");
  if (seconds < 86_370) return pair(seconds / 60, 60, "h", "min");
  return pair(seconds / 3600, 24, "d", "h");
};

/** Seconds as a whole number of their largest unit: "9 s", "2 min". */
export const roughly = (seconds) => {
  const [size, unit] = UNITS.find(([least]) => Math.round(seconds) >= least) ?? UNITS[3];
  return `${Math.round(seconds / size) || 1} ${unit}`;
};

/** @type {[size: number, unit: string][]} */
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
  const rounded = Number(count.toPrecision(3));
  const power = rounded < 1000 ? 0 : Math.min(Math.floor(Math.log10(rounded) / 3), units.length - 1);
  return `${Number((rounded / 1000 ** power).toPrecision(3))} ${units[power]}`;
};

/** The time since a moment: "3 min ago". */
export const ago = (moment) => {
  if (!moment) return NONE;
  const seconds = (now() - Date.parse(moment)) / 1000;
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return day(moment);
};

/** A moment as date and time in the user's time zone, with the name of the zone. */
export const moment = (
  text,
) => (text ? new Date(text).toLocaleString("en", { ...DAY, ...CLOCK, timeZoneName: "short" }) : NONE);

/**
 * The time of day of a moment in the user's time zone; with the date if it differs from that of the previous moment.
 */
export const clockTime = (text, before) => {
  const isNewDay = !before || day(before) !== day(text);
  return new Date(text).toLocaleString("en", isNewDay ? { ...DAY, ...CLOCK } : CLOCK);
};

/** @type {Intl.DateTimeFormatOptions} */
const DAY = { day: "numeric", month: "short", year: "numeric" };
/** @type {Intl.DateTimeFormatOptions} */
const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };

const day = (text) => new Date(text).toLocaleDateString("en", DAY);

/**
 * The layer sizes of a resolved spec: `784–300–100–10` if the sizes of input and output are known, else `300–100`.
 *
 * @param {any} spec
 * @param {{ input_shape?: number[] | null, classes?: string[] | null } | null} [known] an experiment with its details
 */
export const network = (spec, known) => {
  const hidden = spec.layers.map((/** @type {any} */ layer) => layer.units ?? layer.kind);
  const inputs = known?.input_shape?.reduce((product, size) => product * size, 1);
  const shown = inputs && known?.classes ? [inputs, ...hidden, known.classes.length || 1] : hidden;
  return shown.join("–") || "no hidden layers";
};

/** The optimizer of a resolved spec: "adam 0.001". */
export const optimizer = (spec) => `${spec.optimizer.kind} ${figure(spec.optimizer.lr)}`;

/** The name of an experiment; without one, the end of its id. */
export const title = ({ name, id }) => (isSeen(name) ? visible(name) : `unnamed ${id.slice(-6)}`);

/** A message of the service as a sentence. */
export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");
