// A probe: the verdict, the learning rates that can work, and the findings, with buttons that apply a patch to the
// document.

import { number } from "../../../api.js";
import { figure } from "../../../format.js";
import { findingList } from "../../../findings/list.js";
import { icon } from "../../../icons.js";
import { note } from "../../../states.js";
import { html, nothing } from "../../../template.js";
import { visible, visibleLines } from "../../../visible.js";

/** @type {Record<string, { words: string, like: string, drawing: string }>} */
const VERDICTS = {
  ready: { words: "Ready", like: "succeeded", drawing: "check" },
  doubtful: { words: "Doubtful", like: "paused", drawing: "warning" },
  will_not_learn: { words: "Will not learn", like: "failed", drawing: "failed" },
};

/**
 * @param {import("../probe.js").Probe} probe
 * @param {any} document the draft
 * @param {any} spec the resolved spec
 * @param {(patch: object) => void} apply applies a patch to the document, and probes the result
 */
export const probeCard = (probe, document, spec, apply) => {
  const { result, waiting, problem } = probe;
  const isOld = result !== null && probe.of !== JSON.stringify(document);
  return html`
    <section class="card probe" aria-labelledby="probe-title">
      <div class="card-head">
        <h2 id="probe-title">Probe</h2>
        <button type="button" class="button" ?disabled=${waiting} @click=${() => probe.ask(document)}>
          ${icon("lab")} ${waiting ? "Probing …" : isOld ? "Probe again" : "Probe"}
        </button>
      </div>
      <div aria-live="polite">
        ${problem ? note("error", visibleLines(problem.message)) : nothing}
        ${result === null ? intro(waiting) : nothing}
        ${isOld ? html`<p class="muted small">For the document before the last changes:</p>` : nothing}
        ${result === null ? nothing : found(result, spec, apply)}
      </div>
    </section>
  `;
};

const intro = (/** @type {boolean} */ waiting) =>
  waiting
    ? nothing
    : html`<p class="muted small">What this will do: a first step at five learning rates, twenty steps on one batch,
      signals and gradients of each layer. It takes a second or two.</p>`;

/** @param {any} result @param {any} spec @param {(patch: object) => void} apply */
const found = (result, spec, apply) =>
  html`
    <p class="row">${badge(result.verdict)}<span class="muted small">${left(result.twenty)}</span></p>
    ${result.findings.length
      ? findingList(result.findings, {
        document: () => spec,
        actions: ({ patch }) => html`<button type="button" class="button" @click=${() => apply(patch)}>Apply</button>`,
        rows: () => null,
      })
      : nothing}
    ${rates(result.step)}
    ${measuredOn(result)}
  `;

const badge = (/** @type {string} */ verdict) => {
  const { words, like, drawing } = VERDICTS[verdict] ?? { words: visible(verdict), like: "running", drawing: "info" };
  return html`<span class="status status-${like}">${icon(drawing)}<span>${words}</span></span>`;
};

/** @param {any} twenty */
const left = ({ final, control }) =>
  `Twenty steps on one batch leave ${figure(final, 3)} of its loss${
    control === null ? "" : `; without its inputs ${figure(control, 3)}`
  }.`;

/** @param {any} result */
const measuredOn = ({ effort, step }) =>
  effort && effort.rates < step.rates.length
    ? html`<p class="muted small">A large network: measured on ${effort.measured} examples, and steps on batches of
      ${effort.batch}.</p>`
    : nothing;

/** @param {any} trial */
const triedIn = (trial) =>
  trial
    ? `, such as ${figure(trial.middle, 2)}: ${
      trial.share === 1 ? "the whole run" : `${trial.steps} steps`
    } tried at ${trial.rates.length} rates`
    : "";

/** @param {any} step */
const rates = ({ rates: tried, suggested, trial }) => {
  const lr = tried[Math.floor(tried.length / 2)].lr;
  return html`
    <div class="table" tabindex="0" role="region" aria-label="Learning rates">
      <table>
        <thead>
          <tr>
            <th scope="col">Learning rate</th>
            <th scope="col" class="number"
              title="Decrease of the loss in the first step, relative to the decrease that its gradient predicts">
              ρ</th>
            <th scope="col" class="number">Loss after 20 steps</th>
          </tr>
        </thead>
        <tbody>${tried.map((/** @type {any} */ one) =>
          html`
            <tr class=${one.lr === lr ? "own" : nothing}>
              <th scope="row">${figure(one.lr, 3)}${one.lr === lr
                ? html`
                  <span class="muted">this</span>
                `
                : nothing}</th>
              <td class="number">${figure(number(one.rho), 3)}</td>
              <td class="number">${one.twenty === null ? "" : `× ${figure(number(one.twenty), 3)}`}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
    <p class="small">${suggested
      ? html`Learning rates from <strong>${figure(suggested[0], 2)}</strong> to <strong>${
        figure(suggested[1], 2)
      }</strong>
        can work${triedIn(trial)}.`
      : "No learning rate suits this network with so many steps."}</p>
  `;
};
