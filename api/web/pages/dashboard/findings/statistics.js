// What statistics are called whose codes say too little.

import { visible } from "../visible.js";

/** @type {Record<string, string>} */
const NAMES = {
  backward_factor: "gradient, factor per layer",
  beta: "Σ 1/width",
  curvature: "errors that a curved model avoids",
  dead: "dead units",
  decay_folds: "weight decay over the run",
  decrease: "promised decrease D",
  easy: "examples that are easy",
  flat: "flat activations",
  forward_ratio: "signal, last layer over first",
  gradient_factor: "gradient, factor per layer",
  gradient_ratio: "gradient, first layer over last",
  growth_gain: "gain from larger weights",
  hard: "examples that are taken for another class",
  highest_loss_over_prior: "highest loss over a constant prediction’s",
  loss_over_prior: "loss over a constant prediction’s",
  mode_ratio: "loss in training mode over evaluation mode",
  mode_t: "t of the two modes’ losses",
  output_deviation: "deviation of the outputs",
  peak: "peak over the first loss",
  rho: "ρ of a step",
  sustained_rho: "ρ of a step as long as momentum makes it",
  trend_t: "t of the trend",
  tried_gain: "gain of the best rate tried",
  tried_t: "t of that gain",
  train_loss_over_prior: "training loss over a constant prediction’s",
  train_over_evaluation_loss: "training loss with dropout over without",
  twenty: "loss left after 20 steps",
  validation_loss_over_prior: "validation loss over a constant prediction’s",
  validation_over_evaluation_loss: "validation loss over training loss",
  z_rms: "size of the weighted sums",
};

/** @param {string} code */
export const statisticName = (code) => NAMES[code] ?? visible(code.replaceAll("_", " "));
