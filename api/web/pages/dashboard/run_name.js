// The name of a run where space is limited: the part before the seed may be shortened with dots, but not the seed,
// which may be the only difference to other runs.

import { html } from "./template.js";

/** @param {string} name the name, for use in an element of the class `seeded` */
export const seeded = (name) => {
  const cut = name.search(/, seed \S+$/);
  const [start, end] = cut < 0 ? [name, ""] : [name.slice(0, cut + 1), name.slice(cut + 2)];
  return html`<bdi>${start}</bdi> <bdi>${end}</bdi>`;
};
