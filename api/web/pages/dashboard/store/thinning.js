// Reduces a long history to fewer rows, as the service does: extremes stay.

import { finite } from "../api.js";

const STRETCH = 4;

/**
 * Half of the rows: the first, the last, and from every four rows between them the two with the lowest and the highest
 * training loss.
 */
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

/** A loss that is not finite counts as the highest, so that a divergence is never left out. */
const height = (row) => finite(row.train_loss) ?? Number.MAX_VALUE;
