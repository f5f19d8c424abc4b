// Limits how often something runs: drawing at most once per frame, reads at intervals.

const LONGEST_REST = 500;

/** @returns {{(): void, cancel(): void}} a function that schedules `draw` before the next frame */
export const perFrame = (draw) => {
  let asked = 0;
  const ask = () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      draw();
    });
  };
  ask.cancel = () => {
    cancelAnimationFrame(asked);
    asked = 0;
  };
  return ask;
};

/**
 * @returns {{(...given): void, cancel(): void}} a function that calls `run` when it has not been called again for this
 *   long
 */
export const debounced = (milliseconds, run) => {
  let timer = 0;
  const ask = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...given), milliseconds);
  };
  ask.cancel = () => clearTimeout(timer);
  return ask;
};

/**
 * @returns {{(): void, cancel(): void}} a function that calls `run` soon, at most once per interval, and on a slow
 *   machine with a pause after each call
 */
export const throttled = (milliseconds, run) => {
  let timer = 0;
  let next = 0;
  let running = false;
  let asked = false;
  const begin = async () => {
    [timer, running, asked] = [0, true, false];
    const begun = performance.now();
    await run();
    const ended = performance.now();
    next = Math.max(begun + milliseconds, ended + Math.min(2 * (ended - begun), LONGEST_REST));
    running = false;
    if (asked) ask();
  };
  const ask = () => {
    asked = true;
    if (!running) timer ||= setTimeout(begin, Math.max(0, next - performance.now()));
  };
  ask.cancel = () => {
    clearTimeout(timer);
    [timer, asked] = [0, false];
  };
  return ask;
};
