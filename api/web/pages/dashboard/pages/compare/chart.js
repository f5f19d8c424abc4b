// The runs' curves over each other.

import { finite } from "../../api.js";
import { plain, series } from "../../charts.js";
import { Drawing, epochAxis } from "../../drawing.js";
import { title } from "../../format.js";
import { metric } from "../../metrics.js";
import { smoothed } from "../../smoothing.js";
import { color } from "../../themes.js";

/** More names than that are not read together: then each line tells its own. */
const READABLE = 10;
const MARKED = 20;
/** On a phone the names would take the room of the lines: there the table tells whose each is. */
const WIDE = matchMedia("(min-width: 760px)");

export class CompareChart extends Drawing {
  /** @param {{experiments, rows(id), place(experiment), key, smoothing, logarithmic, pointed}} state */
  traces({ experiments, rows, place, key, smoothing, pointed }) {
    return experiments.map((experiment) => {
      const shade = series(place(experiment));
      const history = rows(experiment.id);
      const apart = pointed !== null && pointed !== experiment.id;
      return {
        x: history.map((row) => row.epoch),
        y: smoothed(history.map((row) => finite(row[key])), smoothing),
        name: plain(short(title(experiment))),
        mode: history.length <= MARKED && experiments.length <= READABLE ? "lines+markers" : "lines",
        line: { color: shade.color, dash: shade.dash, width: pointed === experiment.id ? 3 : 1.7 },
        marker: { color: shade.color, size: 5, symbol: shade.symbol },
        opacity: apart ? 0.18 : 1,
        hovertemplate: experiments.length <= READABLE ? "%{y}" : "%{fullData.name}<br>epoch %{x}: %{y}<extra></extra>",
      };
    });
  }

  layout({ experiments, key, logarithmic }) {
    const percent = key.endsWith("accuracy");
    return {
      showlegend: experiments.length <= READABLE && WIDE.matches,
      hovermode: experiments.length <= READABLE ? "x unified" : "closest",
      xaxis: epochAxis(),
      yaxis: {
        title: { text: metric(key).label.toLowerCase(), font: { size: 11, color: color("muted") }, standoff: 8 },
        tickformat: percent ? ".1~%" : "~g",
        hoverformat: percent ? ".2%" : ".4~g",
        ...(logarithmic ? { type: "log", dtick: percent ? undefined : 1 } : { type: "linear" }),
      },
      uirevision: `${key} ${logarithmic}`,
    };
  }
}

const short = (name) => {
  const letters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  return letters.length > 32 ? `${letters.slice(0, 31).join("")}…` : name;
};
