// Parallel coordinates, drawn without plotly.js: an axis for each path and one for the objective, a line for each
// combination. Dragging along an axis keeps the lines that cross it there; for the keyboard, an axis is a slider over
// its labelled values.

import { html, nothing, svg } from "../../template.js";
import { visible } from "../../visible.js";
import { valueWords } from "./verdict.js";

const WIDTH = 960;
const SIDE = 70;
const TOP = 34;
const HEIGHT = 240;
const BOTTOM = 16;
const SHADES = 8;
const MANY = 150;
/** Number of labelled values that Page Up and Page Down skip. */
const LEAP = 3;

/**
 * @param {object} sweep
 * @param {object[]} axes see `scales.js`
 * @param {object[]} shown the results that pass all filters
 * @param {{ brushes: Map<string, [number, number]>, hovered: string | null }} state
 * @param {(change: object) => void} become
 */
export const parallel = (sweep, axes, shown, state, become) => {
  const kept = new Set(shown);
  const valued = sweep.results.filter(({ mean }) => mean !== null).length;
  const draw = (result, rank) => line(axes, result, shadeOf(result, rank, valued), state, kept.has(result), become);
  const lines = sweep.results.map(draw).toReversed(); // so that the best is drawn on top
  return html`
    <div class=${sweep.results.length > MANY ? "parallel parallel-many" : "parallel"}>
      <svg viewBox=${`0 0 ${WIDTH} ${
        TOP + HEIGHT + BOTTOM
      }`} role="group" aria-label="Parallel coordinates: the ranking below shows the same as a table">
        <g aria-hidden="true">${lines}</g>
        ${axes.map((axis, i) => drawnAxis(axis, place(axes, i), sweep.results, state, become))}
      </svg>
    </div>
    <p class="caption small">${caption(sweep, shown, state, become)}</p>
  `;
};

/** Whether a combination crosses every axis within the selected range. */
export const passes = (axes, brushes, result) =>
  axes.every((axis) => {
    const brush = axis.ticks.length ? brushes.get(axis.name) : null;
    const at = axis.at(result);
    return !brush || (at !== null && at >= brush[0] && at <= brush[1]);
  });

/** The colour, by rank: so one bad run does not make all other colours look the same. */
const shadeOf = (
  { mean },
  rank,
  valued,
) => (mean === null ? "none" : Math.floor((SHADES * (valued - 1 - rank)) / valued));

const place = (axes, i) => SIDE + (i * (WIDTH - 2 * SIDE)) / (axes.length - 1);
const y = (at) => TOP + (1 - at) * HEIGHT;

const line = (axes, result, shade, state, shown, become) => {
  const points = axes.map((axis, i) => [place(axes, i), axis.at(result)]).filter(([, at]) => at !== null);
  const path = points.map(([left, at]) => `${left},${y(at)}`).join(" ");
  const kind = [`line shade-${shade}`, shown ? "" : "faded", state.hovered === result.label ? "hovered" : ""].join(" ");
  return svg`
    <polyline class=${kind} points=${path}></polyline>
    ${shown
      ? svg`
        <polyline class="hit" points=${path}
          @pointerenter=${() => become({ hovered: result.label })} @pointerleave=${() =>
            become({ hovered: null })}></polyline>
      `
      : nothing}
  `;
};

const drawnAxis = (axis, x, results, state, become) => {
  const marks = marksOf(axis);
  const brush = marks.length ? state.brushes.get(axis.name) : undefined;
  return svg`
    <g class="axis" role="slider" tabindex="0" aria-orientation="vertical" aria-disabled=${String(!marks.length)}
      aria-label=${`${axis.name}: up and down keys choose a value, Escape shows all`}
      aria-valuemin=${Math.min(1, marks.length)} aria-valuemax=${marks
        .length} aria-valuenow=${Math.max(0, markAt(marks, brush)) + Math.min(1, marks.length)}
      aria-valuetext=${valueText(axis, marks, brush, results)}
      @keydown=${(event) => press(event, axis, state, become)}>
      <text class="axis-name" x=${x} y="14" text-anchor="middle">${axis.name}</text>
      <line x1=${x} x2=${x} y1=${TOP} y2=${TOP + HEIGHT}></line>
      ${axis.ticks.map(({ at, text }) =>
        svg`<text class="tick" x=${x - 6} y=${y(at) + 4} text-anchor="end">${text}</text>`
      )}
      ${brush
        ? svg`<rect class="brush" x=${x - 7} width="14" y=${y(brush[1])} height=${
          Math.max(2, (brush[1] - brush[0]) * HEIGHT)
        } rx="3"></rect>`
        : nothing}
      <rect class="handle" x=${x - 14} width="28" y=${TOP - 8} height=${HEIGHT + 16} @pointerdown=${(event) =>
        brushing(event, axis, state, become)}></rect>
    </g>
  `;
};

const marksOf = (axis) => axis.ticks.toSorted((one, other) => one.at - other.at);

/** The index of the first labelled value within the range; -1 if there is none. */
const markAt = (marks, brush) => (brush ? marks.findIndex(({ at }) => at >= brush[0] && at <= brush[1]) : -1);

const valueText = (axis, marks, brush, results) => {
  if (!marks.length) return "no values yet";
  if (!brush) return "all values";
  const within = marks.filter(({ at }) => at >= brush[0] && at <= brush[1]).map(({ text }) => text);
  const count = results.filter((result) => passes([axis], new Map([[axis.name, brush]]), result)).length;
  return `${within.join(", ") || "between two marks"}: ${count} of ${results.length}`;
};

const changed = (state, name, brush) => {
  const brushes = new Map(state.brushes);
  if (brush) brushes.set(name, brush);
  else brushes.delete(name);
  return { brushes };
};

/** Dragging sets the range that lines must cross; a click removes it. */
const brushing = (event, axis, state, become) => {
  if (!axis.ticks.length) return;
  const handle = event.currentTarget;
  const at = ({ clientY }) => {
    const box = handle.getBoundingClientRect();
    const unit = box.height / (HEIGHT + 16);
    return Math.min(1, Math.max(0, 1 - (clientY - box.top - 8 * unit) / (HEIGHT * unit)));
  };
  const start = at(event);
  const ending = new AbortController();
  const { signal } = ending;
  event.preventDefault();
  addEventListener("pointermove", (moving) => {
    const stretch = [start, at(moving)].toSorted((one, other) => one - other);
    become(changed(state, axis.name, stretch[1] - stretch[0] > 0.01 ? stretch : null));
  }, { signal });
  addEventListener("pointerup", (last) => {
    ending.abort();
    if (Math.abs(at(last) - start) <= 0.01) become(changed(state, axis.name, null));
  }, { signal });
  addEventListener("pointercancel", () => ending.abort(), { signal });
};

/** The index to which a key moves from this index; -1 means that all values are shown. */
const KEYS = {
  ArrowUp: (now) => now + 1,
  ArrowRight: (now) => now + 1,
  ArrowDown: (now, last) => (now < 0 ? last : now - 1),
  ArrowLeft: (now, last) => (now < 0 ? last : now - 1),
  PageUp: (now) => now + LEAP,
  PageDown: (now, last) => (now < 0 ? last : now - LEAP),
  Home: () => 0,
  End: (_, last) => last,
};

const press = (event, axis, state, become) => {
  const marks = marksOf(axis);
  if (event.key === "Escape") return become(changed(state, axis.name, null));
  if (!KEYS[event.key] || event.metaKey || event.ctrlKey || event.altKey) return undefined;
  event.preventDefault();
  if (!marks.length) return undefined;
  const last = marks.length - 1;
  const next = KEYS[event.key](markAt(marks, state.brushes.get(axis.name)), last);
  return become(changed(state, axis.name, around(marks, Math.min(last, Math.max(0, next)))));
};

/** The range from halfway to the labelled value below up to halfway to the one above. */
const around = (marks, i) => {
  const { at } = marks[i];
  return [i === 0 ? 0 : (marks[i - 1].at + at) / 2, i === marks.length - 1 ? 1 : (at + marks[i + 1].at) / 2];
};

const caption = (sweep, shown, state, become) => {
  const hovered = sweep.results.find(({ label }) => label === state.hovered);
  if (hovered) {
    return html`<strong><bdi>${visible(hovered.label)}</bdi></strong> ${
      hovered.mean === null ? "no value yet" : valueWords(sweep, hovered.mean)
    }`;
  }
  if (!state.brushes.size) {
    return html`
      <span
        class="muted">Drag along an axis to keep only the lines that cross there. Stronger lines are better results.</span>
    `;
  }
  return html`
    <span role="status">${shown.length} of ${sweep.results.length} cross there.</span> <button class="link"
      @click=${() => become({ brushes: new Map() })}>Show all</button>
  `;
};
