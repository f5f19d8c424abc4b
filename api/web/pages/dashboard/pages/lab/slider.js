// The scale of a slider: linear between the bounds of a number, or logarithmic if they are powers of ten apart.

/** Number of steps of a slider. */
const STEPS = 400;
/** Largest value of a number without a suitable bound, as a multiple of its default. */
const REACH = 1000;
/** The largest range of whole numbers for which there is a slider: a seed has none. */
const LONGEST = 1e6;

/**
 * @typedef {object} Slider
 * @property {number} steps the slider goes from 0 to this
 * @property {(step: number) => number} valueAt
 * @property {(value: number) => number} stepOf
 */

/**
 * @param {any} field the description of a number
 * @param {number} usual a typical value: its default
 * @returns {Slider | null} null if a slider is of no use
 */
export const sliderOf = ({ low, high, integer, isLogarithmic }, usual) => {
  if (low === undefined || high === undefined) return null;
  if (integer) return high - low > LONGEST ? null : linear(low, high, high - low, Math.round);
  if (isLogarithmic || isFar(low, high, usual)) return logarithmic(low, high, usual);
  return linear(low, high, STEPS, (value) => Number(value.toPrecision(4)));
};

/** Whether linear steps would skip all typical values. */
const isFar = (/** @type {number} */ low, /** @type {number} */ high, /** @type {number} */ usual) =>
  low >= 0 && usual > 0 && high / usual >= REACH;

/**
 * @param {number} low
 * @param {number} high
 * @param {number} steps
 * @param {(value: number) => number} rounded
 */
const linear = (low, high, steps, rounded) => ({
  steps,
  valueAt: (/** @type {number} */ step) => rounded(low + ((high - low) * step) / steps),
  stepOf: (/** @type {number} */ value) => Math.round(((value - low) / (high - low)) * steps),
});

/**
 * @param {number} low
 * @param {number} high
 * @param {number} usual
 */
const logarithmic = (low, high, usual) => {
  const start = Math.log10(Math.max(low, usual / REACH));
  const end = Math.log10(Math.min(high, usual * REACH));
  return {
    steps: STEPS,
    valueAt: (/** @type {number} */ step) => Number((10 ** (start + ((end - start) * step) / STEPS)).toPrecision(2)),
    stepOf: (/** @type {number} */ value) =>
      value > 0 ? Math.round(((Math.log10(value) - start) / (end - start)) * STEPS) : 0,
  };
};
