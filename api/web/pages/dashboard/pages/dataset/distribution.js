// The distribution of a column's values as bars, by class if the target has classes.

import { series as look } from "../../charts/style.js";
import { stacked } from "../../charts/bar.js";
import { figure, whole } from "../../format.js";
import { html, nothing, svg } from "../../template.js";
import { color } from "../../themes.js";
import { visible } from "../../visible.js";

/** Maximum number of texts that have a bar. */
const WORDS = 20;
/** Maximum number of classes with a separate colour. */
const CLASSES = 6;
const WIDTH = 110;
const HEIGHT = 26;

/**
 * @typedef {{ series: { name: string, counts: number[], color: string }[], edges: number[] | null, labels: string[] }}
 *   Distribution
 */

/**
 * @param {any} column its record
 * @param {any} statistics of it; null if there are none
 * @returns {Distribution | null} null for columns without a distribution, such as images
 */
export const distributionOf = (column, statistics) => {
  if (statistics?.histogram) return ofBins(statistics);
  const frequent = statistics?.frequent ?? column.values;
  return frequent?.length ? ofWords(frequent.slice(0, WORDS), statistics) : null;
};

const ofBins = (/** @type {any} */ statistics) => {
  const { edges, counts } = statistics.histogram;
  const isMoment = typeof edges[0] === "string" && Number.isNaN(Number(edges[0]));
  const places = isMoment ? null : edges.map(Number);
  const say = (/** @type {any} */ edge) => (isMoment ? String(edge).replace("T", " ") : figure(edge));
  const labels = counts.map((/** @type {number} */ _, /** @type {number} */ i) =>
    `${say(edges[i])} to ${say(edges[i + 1])}`
  );
  const of = (/** @type {any} */ part) => part.histogram?.counts ?? counts.map(() => 0);
  return { series: byClass(statistics, counts, of), edges: places, labels };
};

/** @param {{ value: string, count: number }[]} frequent @param {any} statistics */
const ofWords = (frequent, statistics) => {
  const counts = frequent.map(({ count }) => count);
  const of = (/** @type {any} */ part) => {
    const known = new Map(part.frequent?.map((/** @type {any} */ { value, count }) => [value, count]));
    return frequent.map(({ value }) => known.get(value) ?? 0);
  };
  return { series: byClass(statistics, counts, of), edges: null, labels: frequent.map(({ value }) => visible(value)) };
};

/**
 * The counts of the most frequent classes, and of all other rows together.
 *
 * @param {any} statistics
 * @param {number[]} counts of all rows
 * @param {(part: any) => number[]} of the counts of one class
 */
const byClass = (statistics, counts, of) => {
  const classes = Object.entries(statistics?.by_class ?? {}).slice(0, CLASSES);
  if (classes.length < 2) return [{ name: "rows", counts, color: color("accent") }];
  const found = classes.map(([name, part], i) => ({ name: visible(name), counts: of(part), color: look(i).color }));
  const rest = counts.map((count, i) => Math.max(0, count - found.reduce((sum, one) => sum + one.counts[i], 0)));
  return rest.some(Boolean) ? [...found, { name: "others", counts: rest, color: color("line-strong") }] : found;
};

/** A small chart in a line of text: decoration beside the numbers. @param {Distribution | null} distribution */
export const miniature = (distribution) => {
  if (!distribution) return nothing;
  const { series } = distribution;
  const size = series[0].counts.length;
  const most = Math.max(1, ...stacked(series).at(-1)?.to ?? []);
  const step = Math.min(WIDTH / size, WIDTH / 6);
  const up = (/** @type {number} */ count) => (HEIGHT * (1 - count / most)).toFixed(1);
  return html`
    <svg class="miniature" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">
      ${stacked(series).map(({ color, from, to }) =>
        svg`<path fill=${color} d=${
          to.map((height, i) =>
            height > from[i]
              ? `M${(i * step).toFixed(1)} ${up(from[i])}V${up(height)}h${(step - 0.6).toFixed(1)}V${up(from[i])}z`
              : ""
          ).join("")
        } />`
      )}
    </svg>
  `;
};

/** The distribution in words, for screen readers. @param {string} name @param {Distribution} distribution */
export const distributionWords = (name, { series, labels }) => {
  const sums = stacked(series).at(-1)?.to ?? [];
  const top = sums.indexOf(Math.max(...sums));
  return `Values of ${visible(name)}: ${labels.length} ${labels.length === 1 ? "bar" : "bars"}, most rows in ${
    labels[top]
  } (${whole(sums[top])})`;
};
