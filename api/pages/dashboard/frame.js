// Drawing at most once a frame, however often it is asked for.

/** @returns {{(): void, cancel(): void}} a function that has `draw` called before the next frame */
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

/** @returns {{(...given): void, cancel(): void}} a function that calls `run` when it has not been asked for so long */
export const afterRest = (milliseconds, run) => {
  let timer = 0;
  const ask = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...given), milliseconds);
  };
  ask.cancel = () => clearTimeout(timer);
  return ask;
};

/** @returns {{(): void, cancel(): void}} a function that calls `run` soon, and not more often than once in so long */
export const paced = (milliseconds, run) => {
  let timer = 0;
  let before = -Infinity;
  const ask = () => {
    timer ||= setTimeout(() => {
      timer = 0;
      before = performance.now();
      run();
    }, Math.max(0, before + milliseconds - performance.now()));
  };
  ask.cancel = () => {
    clearTimeout(timer);
    timer = 0;
  };
  return ask;
};
