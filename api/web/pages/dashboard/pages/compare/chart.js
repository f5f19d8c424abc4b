// The curves of the runs in one chart.

import { finite } from "../../api.js";
import { series } from "../../charts/style.js";
import { smoothed } from "../../charts/smoothing.js";
import { title } from "../../format.js";
import { isFraction, label } from "../../metrics.js";

/** With more runs than this, a legend would be unreadable: the names are shown on hover instead. */
const READABLE = 10;
const MARKED = 20;
/** On a phone a legend would take the space of the lines, so only the table shows which line belongs to which run. */
const WIDE = matchMedia("(min-width: 760px)");

/**
 * The data of the chart.
 *
 * @param {object} state
 * @param {any[]} state.experiments
 * @param {(id: string) => any[]} state.rows
 * @param {(experiment: any) => number} state.place the number of a run's line
 * @param {string} state.key
 * @param {number} state.smoothing
 * @param {boolean} state.isLogarithmic
 * @param {string | null} state.pointed the id of the run under the pointer
 */
export const linesOf = ({ experiments, rows, place, key, smoothing, isLogarithmic, pointed }) => {
  const isDense = experiments.length > READABLE;
  const lineOf = (/** @type {any} */ experiment) => {
    const { color, dash, symbol } = series(place(experiment));
    const history = rows(experiment.id);
    const isApart = pointed !== null && pointed !== experiment.id;
    return {
      name: short(title(experiment)),
      x: history.map((row) => row.epoch),
      y: smoothed(history.map((row) => finite(row[key])), smoothing),
      line: { color, dash, width: pointed === experiment.id ? 3 : 1.7 },
      ...(history.length <= MARKED && !isDense ? { symbol } : {}),
      opacity: isApart ? 0.18 : 1,
    };
  };
  return {
    kind: "line",
    series: experiments.map(lineOf),
    across: "epoch",
    up: { title: label(key), isPercent: isFraction(key), isLogarithmic },
    hasLegend: !isDense && WIDE.matches,
    isDense,
    view: `${key} ${isLogarithmic}`,
  };
};

/** Shorten a name in the middle, because the names of a sweep's members differ at their ends. */
const short = (/** @type {string} */ name) => {
  const letters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  return letters.length > 32 ? `${letters.slice(0, 12).join("")}…${letters.slice(-19).join("")}` : name;
};
