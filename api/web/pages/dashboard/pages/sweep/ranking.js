// The results of a sweep, best first: mean and 95 % confidence interval drawn on one scale, and the difference to the
// base in words.

import { at } from "../../address.js";
import { finite, number } from "../../api.js";
import { figure } from "../../format.js";
import { icon } from "../../icons.js";
import { badge } from "../../status.js";
import { html, nothing, svg } from "../../template.js";
import { visible, visibleLines } from "../../visible.js";
import { halfWords, silence, survivors, valueWords, verdict, VERDICTS } from "./verdict.js";

const WIDTH = 210;
const EDGE = 8;
const MIDDLE = 13;
const FEW = 4;

/**
 * @param {object} sweep
 * @param {object[]} shown the results to show
 * @param {string | null} hovered the label of the result that is highlighted elsewhere on the page
 * @param {(label: string | null) => void} hover
 */
export const ranking = (sweep, shown, hovered, hover) => {
  const base = sweep.results.find(({ label }) => label === sweep.base_label);
  const scale = scaleOf(sweep.results, base);
  return html`
    <div class="table as-cards ranking" role="region" aria-label="Ranking" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Change</th>
            <th scope="col" class="number">Mean</th>
            <th scope="col">95 % confidence interval</th>
            ${sweep.base_label === null ? nothing : html`<th scope="col">Against the base</th>`}
            <th scope="col">Seeds</th>
          </tr>
        </thead>
        <tbody>${shown.map((result) => row(sweep, result, scale, base, result.label === hovered, hover))}</tbody>
      </table>
    </div>
  `;
};

const row = (sweep, result, scale, base, hovered, hover) =>
  html`
    <tr class=${hovered ? "hovered" : ""} @pointerenter=${() => hover(result.label)} @pointerleave=${() => hover(null)}>
      <th scope="row" class="change-label">${labelled(sweep, result)}</th>
      <td class="number">${mean(sweep, result)}</td>
      <td>${scale && result.mean !== null ? bar(sweep, result, scale, base) : nothing}</td>
      ${sweep.base_label === null ? nothing : html`<td class="against">${against(sweep, result)}</td>`}
      <td><span class="members-row">${result.experiments.map((id, i) => member(sweep, result, id, i))}</span></td>
    </tr>
  `;

/** The name of a change: paths and values of a combination, or the label of a variant. */
const labelled = (sweep, { label, changes }) => {
  if (sweep.request.variants) return html`<bdi>${visible(label)}</bdi>`;
  return Object.entries(changes).map(([path, value]) =>
    html`
      <span class="at-path"><span class="muted">${visible(path)}</span> ${shortly(value)}</span>
    `
  );
};

const shortly = (value) => {
  if (typeof value === "number") return figure(value);
  return visible(typeof value === "string" ? value : JSON.stringify(value));
};

const mean = (sweep, result) => {
  if (result.mean === null) return html`<span class="muted">–</span>`;
  const half = result.ci95
    ? html`
      <span class="muted">± ${halfWords(sweep, result.ci95)}</span>
    `
    : nothing;
  return html`<strong>${valueWords(sweep, result.mean)}</strong>${half}`;
};

const against = (sweep, result) => {
  if (!result.difference) return html`<span class="muted">${silence(sweep, result)}</span>`;
  const { verdict: found, text } = verdict(sweep, result);
  const p = `p ${probability(result.difference.p_adjusted)}, adjusted for all changes`;
  return html`${text}: <strong class="verdict verdict-${found}" title=${p}>${VERDICTS[found]}</strong>${
    survivors(result, found)
  }`;
};

const probability = (p) => (p < 0.001 ? "below 0.001" : p.toFixed(3));

const numbers = (values) => values.map(finite).filter((value) => value !== null);

/**
 * The scale, wide enough for the better half and the base. Much worse results end at the edge, because otherwise all
 * others would shrink to a dot.
 */
const scaleOf = (results, base) => {
  const valued = results.filter(({ n }) => n > 0);
  const seen = [...valued.slice(0, Math.max(FEW, Math.ceil(valued.length / 2))), ...(base ? [base] : [])];
  const all = numbers(seen.flatMap(({ values, ci95 }) => [...values, ...(ci95 ?? [])]));
  if (!all.length) return null;
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const spread = high - low || 1;
  return (value) => Math.min(WIDTH, Math.max(0, EDGE + ((number(value) - low) / spread) * (WIDTH - 2 * EDGE)));
};

/**
 * The chart of a result: seeds as faint dots, the interval as a line, the mean on top; the base's mean as a dashed line
 * through all rows.
 */
const bar = (sweep, result, scale, base) => {
  const [low, high] = result.ci95 ?? [];
  const words = result.ci95 ? `${valueWords(sweep, low)} to ${valueWords(sweep, high)}` : "one value, no interval";
  return html`
    <svg class="bar" viewBox=${`0 0 ${WIDTH} ${2 * MIDDLE}`} width=${WIDTH} height=${2 *
      MIDDLE} role="img" aria-label=${words}>
      ${base && base.mean !== null
        ? svg`<line class="bar-base" x1=${scale(base.mean)} x2=${scale(base.mean)} y1="0" y2=${2 * MIDDLE}></line>`
        : nothing}
      ${result.ci95 && scale(low) < scale(high) ? whiskers(scale(low), scale(high)) : nothing}
      ${seedsWithin(result, scale).map((x) => svg`<circle class="bar-seed" cx=${x} cy=${MIDDLE} r="2.5"></circle>`)}
      ${Number.isFinite(number(result.mean)) ? meanMark(scale(result.mean)) : nothing}
    </svg>
  `;
};

const seedsWithin = ({ values }, scale) => numbers(values).map(scale).filter((x) => x > 0 && x < WIDTH);

const whiskers = (low, high) =>
  svg`
    <path class="bar-interval" d=${`M${low} ${MIDDLE}H${high}M${low} ${MIDDLE - 5}v10M${high} ${MIDDLE - 5}v10`}></path>
  `;

/** An arrow if the value is outside the scale. */
const meanMark = (x) => {
  if (x <= 0) return svg`<path class="bar-beyond" d=${`M6 ${MIDDLE - 5}l-5 5l5 5`}></path>`;
  if (x >= WIDTH) return svg`<path class="bar-beyond" d=${`M${WIDTH - 6} ${MIDDLE - 5}l5 5l-5 5`}></path>`;
  return svg`<path class="bar-mean" d=${diamond(x)}></path>`;
};

const diamond = (x) => `M${x} ${MIDDLE - 5}l5 5l-5 5l-5 -5z`;

const member = (sweep, result, id, i) => {
  const status = result.statuses[i];
  const value = result.values[i] === null ? "" : `, ${valueWords(sweep, result.values[i])}`;
  const words = `Seed ${result.seeds[i]}: ${status}${value}`;
  return html`<a class="member member-${status}" href=${at(`/experiments/${id}`)} aria-label=${words} title=${words}>${
    icon(status)
  }</a>`;
};

/** The members that failed, and why. */
export const failures = (sweep) => {
  const all = sweep.results.flatMap((result) => result.failed.map((one) => ({ ...one, label: result.label })));
  if (!all.length) return nothing;
  return html`
    <section class="card" aria-labelledby="failed-title">
      <h2 id="failed-title">Failed</h2>
      <ul class="failed">
        ${all.map(({ id, label, seed, error }) =>
          html`
            <li>${badge("failed")} <a href=${at(`/experiments/${id}`)}><bdi>${visible(
              label,
            )}</bdi>, seed ${seed}</a> <span class="muted">${visibleLines(error?.message ?? "")}</span></li>
          `
        )}
      </ul>
    </section>
  `;
};
