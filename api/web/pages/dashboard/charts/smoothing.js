// Exponential moving averages for curves: the weight of the past grows with the factor, and the first values count fully.

/** @param factor 0 changes nothing, 0.99 leaves the trend alone. Gaps (null) stay gaps. */
export const smoothed = (values, factor) => {
  if (factor === 0) return values;
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return null;
    mean = factor * mean + (1 - factor) * value;
    weight = factor * weight + (1 - factor);
    return mean / weight;
  });
};
