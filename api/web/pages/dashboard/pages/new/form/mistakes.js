// The mistakes that the service has found, by the place where they are shown.

import { join } from "../pointer.js";

/** @param {{ path: string, message: string }[]} mistakes */
export const mistakesAt = (mistakes, place) =>
  mistakes.filter(({ path }) => path === place).map(({ message }) => message);

/** The mistakes at or within an object that none of its fields would show, such as an unknown key. */
export const straysAt = (mistakes, place, keys) => {
  const shown = keys.map((key) => join(place, key));
  return mistakes
    .filter(({ path }) => within(path, place) && !shown.some((one) => within(path, one)))
    .map(({ message }) => message);
};

/** Whether there is a mistake at or within one of these keys. */
export const anyWithin = (mistakes, place, keys) =>
  keys.some((key) => mistakes.some(({ path }) => within(path, join(place, key))));

const within = (path, place) => path === place || place === "" || path.startsWith(`${place}/`);
