// The metrics of an epoch: what they are called, how they are written, which of two values is better.

import { number } from "./api.js";
import { duration, figure, percent, places } from "./format.js";

/** A share of examples, with the digits that their number gives: of the test examples if the data set is known. */
const share = (of) => (value, spec, dataset) => {
  const examples = (of === "test" && dataset?.test_examples) || spec?.dataset.validation_size;
  return percent(value, places(examples && 1 / examples));
};

/** A number that is no share: what it is of does not change its digits. */
const plain = (value) => figure(value);

/**
 * @typedef {object} Metric
 * @property {string} key
 * @property {string} label
 * @property {(value: any, spec?: any, dataset?: any) => string} write puts a value into words
 * @property {boolean} [lower] whether less is better
 */

/** Every metric that can be drawn, in the order of the row. `write(value, spec, dataset)` puts a value into words. */
export const METRICS = /** @type {Metric[]} */ ([
  { key: "train_loss", label: "Training loss", write: plain, lower: true },
  { key: "train_accuracy", label: "Training accuracy", write: (value) => percent(value) },
  { key: "validation_loss", label: "Validation loss", write: plain, lower: true },
  { key: "validation_accuracy", label: "Validation accuracy", write: share("validation") },
  { key: "test_loss", label: "Test loss", write: plain, lower: true },
  { key: "test_accuracy", label: "Test accuracy", write: share("test") },
  { key: "penalty", label: "Penalty", write: plain, lower: true },
  { key: "learning_rate", label: "Learning rate", write: plain },
  { key: "gradient_norm", label: "Gradient norm", write: plain, lower: true },
  { key: "seconds", label: "Time per epoch", write: duration, lower: true },
]);

/** The metric of this name. */
export const metric = (key) => /** @type {Metric} */ (METRICS.find((one) => one.key === key));

/** Whether the row has a value of the metric: accuracies of a regression have none. */
export const has = (row, key) => row !== null && row !== undefined && row[key] !== null;

/** The metric by which an experiment's best epoch is chosen. */
export const judge = (experiment, row) =>
  experiment.spec.early_stopping?.metric ??
    (has(row, "validation_accuracy") ? "validation_accuracy" : "validation_loss");

/** An experiment as it is after one more epoch, as the service will tell it. */
export const withEpoch = (experiment, row) => {
  const { progress, best } = experiment;
  if (row.epoch <= progress.epoch) return experiment;
  const left = progress.epochs - row.epoch;
  return {
    ...experiment,
    latest: row,
    best: best === null || better(judge(experiment, row), row, best) ? row : best,
    progress: { ...progress, epoch: row.epoch, eta_seconds: left * row.seconds },
  };
};

const better = (key, row, best) => {
  const [one, other] = [number(row[key]), number(best[key])];
  return metric(key).lower ? one < other : one > other;
};
