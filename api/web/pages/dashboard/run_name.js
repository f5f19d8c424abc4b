// The name of a run in a narrow place: dots may hide what is before its seed, but not the seed, which may be all that
// tells it from the others.

import { html } from "./template.js";

/** @param {string} name to be put into an element of the class `seeded` */
export const seeded = (name) => {
  const cut = name.search(/, seed \S+$/);
  const [start, end] = cut < 0 ? [name, ""] : [name.slice(0, cut + 1), name.slice(cut + 2)];
  return html`<bdi>${start}</bdi> <bdi>${end}</bdi>`;
};
