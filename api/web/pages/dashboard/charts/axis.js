// The scale of an axis: the positions of numbers, and the round numbers that label it.

/** Approximate number of labels on an axis. */
const STEPS = 7;

/**
 * @param {number[]} values the smallest and the largest of them are at the ends
 * @param {[number, number]} ends of the axis, in pixels
 * @param {{ logarithmic?: boolean, air?: number }} look `air` is the margin at both ends, as a share of the values'
 *   range
 * @returns {{ at: (value: number) => number, ticks: number[] }}
 */
export const axis = (values, [start, end], { logarithmic = false, air = 0 } = {}) => {
  const [scaled, unscaled] = logarithmic ? [Math.log10, (power) => 10 ** power] : [(one) => one, (one) => one];
  const [least, most] = extent(values).map(scaled);
  const room = most > least ? air * (most - least) : Math.abs(least) / 2 || 0.5;
  const [low, high] = [least - room, most + room];
  return {
    at: (value) => start + ((scaled(value) - low) / (high - low)) * (end - start),
    ticks: round(unscaled(low), unscaled(high), logarithmic),
  };
};

const extent = (values) =>
  values.reduce(([low, high], one) => [Math.min(low, one), Math.max(high, one)], [Infinity, -Infinity]);

/** A few round numbers between two numbers. */
export const round = (low, high, logarithmic) => {
  if (logarithmic) return powers(low, high);
  const rough = (high - low) / STEPS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((one) => one * power >= rough) ?? 10) * power;
  return range(Math.ceil(low / step), high / step).map((one) => Number((one * step).toPrecision(12)));
};

/** Powers of ten; if the range is within one power of ten, also 2 and 5 times a power. */
const powers = (low, high) => {
  const whole = range(Math.ceil(Math.log10(low)), Math.log10(high));
  const every = Math.ceil(whole.length / STEPS);
  if (whole.length > 1) return whole.filter((_, i) => i % every === 0).map((power) => 10 ** power);
  const parts = range(Math.floor(Math.log10(low)), Math.log10(high)).flatMap((power) =>
    [1, 2, 5].map((one) => one * 10 ** power)
  );
  return parts.filter((one) => low <= one && one <= high);
};

const range = (first, last) => Array.from({ length: Math.max(0, Math.floor(last - first) + 1) }, (_, i) => first + i);
