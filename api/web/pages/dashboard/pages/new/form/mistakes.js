// Mistakes that the service found, by the place where they are shown.

import { join } from "../pointer.js";

/** @param {{ path: string, message: string }[]} mistakes */
export const mistakesAt = (mistakes, place) =>
  mistakes.filter(({ path }) => path === place).map(({ message }) => message);

/** Those at a composite or inside it that none of its fields would show, as for a key that nobody knows. */
export const straysAt = (mistakes, place, keys) => {
  const shown = keys.map((key) => join(place, key));
  return mistakes
    .filter(({ path }) => within(path, place) && !shown.some((one) => within(path, one)))
    .map(({ message }) => message);
};

/** Whether there is any at one of these keys or inside. */
export const anyWithin = (mistakes, place, keys) =>
  keys.some((key) => mistakes.some(({ path }) => within(path, join(place, key))));

const within = (path, place) => path === place || place === "" || path.startsWith(`${place}/`);
