// A small curve in a line of text. It is decoration, because the numbers are beside it.

import { number } from "./api.js";
import { html, nothing, svg } from "./template.js";

const WIDTH = 96;
const HEIGHT = 26;
const EDGE = 3;

/** The values as a line, with gaps at values that are not finite. */
export const sparkline = (values) => {
  const points = values.map(number).map((y, x) => ({ x, y })).filter(({ y }) => Number.isFinite(y));
  if (points.length < 2) return nothing;
  const [low, high] = [Math.min(...points.map(({ y }) => y)), Math.max(...points.map(({ y }) => y))];
  const across = (x) => EDGE + (x / (values.length - 1)) * (WIDTH - 2 * EDGE);
  const up = (y) => HEIGHT - EDGE - ((y - low) / (high - low || 1)) * (HEIGHT - 2 * EDGE);
  const last = points.at(-1);
  const path = points.map(({ x, y }, i) => `${i ? "L" : "M"}${across(x).toFixed(1)} ${up(y).toFixed(1)}`).join("");
  return html`<svg class="sparkline" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">
    ${svg`
    <path d=${path} />
    <circle cx=${across(last.x).toFixed(1)} cy=${up(last.y).toFixed(1)} r="2" />
  `}
  </svg>`;
};
