// The number of members in each status, as a bar and as text.

import { whole } from "../../format.js";
import { isFinal, STATUSES } from "../../status.js";
import { html, nothing, svg } from "../../template.js";

const WIDTH = 200;
const ORDER = ["succeeded", "failed", "cancelled", "running", "paused", "queued"];

export const total = (counts) => STATUSES.reduce((sum, status) => sum + (counts[status] ?? 0), 0);

export const over = (counts) => STATUSES.filter(isFinal).reduce((sum, status) => sum + (counts[status] ?? 0), 0);

/** @param {Object<string, number>} counts */
export const countsBar = (counts) => {
  const all = total(counts);
  let left = 0;
  const parts = ORDER.filter((status) => counts[status]).map((status) => {
    const x = left;
    left += (WIDTH * counts[status]) / all;
    return svg`<rect class=${`part-${status}`} x=${x} width=${left - x} height="6"></rect>`;
  });
  return html`
    <svg class="counts" viewBox=${`0 0 ${WIDTH} 6`} preserveAspectRatio="none" role="img" aria-label=${countsWords(
      counts,
    )}>${parts}</svg>
  `;
};

/** "12 succeeded, 1 failed" */
export const countsWords = (counts) =>
  ORDER.filter((status) => counts[status]).map((status) => `${whole(counts[status])} ${status}`).join(", ") ||
  "no experiments";

/** "13 of 15 finished", until all have ended. */
export const progressWords = (counts) => {
  const [done, all] = [over(counts), total(counts)];
  return done === all ? nothing : html`${whole(done)} of ${whole(all)} finished`;
};
