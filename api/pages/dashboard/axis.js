// Numbers along an axis: where they are, and which round ones stand beside it.

const FEW = 7;

/**
 * @param ends of the axis, in pixels
 * @param air left free at both of them, as a share of what the values take
 * @returns {{ at: (value: number) => number, ticks: number[] }}
 */
export const axis = (values, [start, end], { logarithmic = false, air = 0 } = {}) => {
  const [scaled, unscaled] = logarithmic ? [Math.log10, (power) => 10 ** power] : [(one) => one, (one) => one];
  const [least, most] = extent(values).map(scaled);
  const room = most > least ? air * (most - least) : 0.5;
  const [low, high] = [least - room, most + room];
  return {
    at: (value) => start + ((scaled(value) - low) / (high - low)) * (end - start),
    ticks: round(unscaled(low), unscaled(high), logarithmic),
  };
};

const extent = (values) => values.reduce(([low, high], one) => [Math.min(low, one), Math.max(high, one)], [Infinity, -Infinity]);

/** Round numbers between two, whole powers of ten on a logarithmic axis. */
export const round = (low, high, logarithmic) => {
  if (logarithmic) return range(Math.ceil(Math.log10(low)), Math.log10(high)).map((power) => 10 ** power);
  const rough = (high - low) / FEW;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((one) => one * power >= rough) * power;
  return range(Math.ceil(low / step), high / step).map((one) => Number((one * step).toPrecision(12)));
};

const range = (first, last) => Array.from({ length: Math.max(0, Math.floor(last - first) + 1) }, (_, i) => first + i);
