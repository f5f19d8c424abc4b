// Fewer rows of a long history, as the service leaves them out: what stands out stays.

import { finite } from "../api.js";

const STRETCH = 4;

/** Half of the rows: the first, the last, and of every four between the two with the lowest and highest training loss. */
export const thinned = (rows) => {
  const inner = rows.slice(1, -1);
  const kept = [rows[0]];
  for (let i = 0; i < inner.length; i += STRETCH) kept.push(...extremes(inner.slice(i, i + STRETCH)));
  return [...kept, rows.at(-1)];
};

const extremes = (stretch) => {
  const sorted = stretch.toSorted((one, other) => height(one) - height(other));
  return stretch.filter((row) => row === sorted[0] || row === sorted.at(-1));
};

/** A loss that is no finite number is above all others: a divergence is never left out. */
const height = (row) => finite(row.train_loss) ?? Number.MAX_VALUE;
