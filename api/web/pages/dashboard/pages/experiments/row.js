// One experiment as a row of the list.

import { at } from "../../address.js";
import { network, optimizer, roughly, title, whole } from "../../format.js";
import { seeded } from "../../run_name.js";
import { label, written } from "../../metrics.js";
import { sparkline } from "../../sparkline.js";
import { badge } from "../../status.js";
import { tagLinks } from "../../tags.js";
import { html, live, nothing } from "../../template.js";
import { time } from "../../time.js";
import { isSeen } from "../../visible.js";

/**
 * @param {any} experiment
 * @param {{dataset: any, values: any[], chosen: boolean, choose: () => void, place: number}} view
 */
export const row = (experiment, { dataset, values, chosen, choose, place }) =>
  html`
    <tr role="row" data-id=${experiment.id} aria-rowindex=${place + 2} class=${chosen ? "chosen" : ""}>
      <td role="cell" class="cell-check">
        <label class="check-area">
          <input type="checkbox" .checked=${live(chosen)} @click=${choose} aria-label="Select ${title(experiment)}">
        </label>
      </td>
      <th role="rowheader" scope="row" class="cell-name">
        ${name(experiment)}
        ${tagLinks(experiment.tags)}
      </th>
      <td role="cell" class="cell-status">${badge(experiment.status)}</td>
      <td role="cell" class="cell-dataset">${experiment.spec.dataset.name}</td>
      <td role="cell" class="cell-network">${network(
        experiment.spec,
        dataset && { input_shape: [dataset.inputs], classes: dataset.classes },
      )}</td>
      <td role="cell" class="cell-optimizer">${optimizer(experiment.spec)}</td>
      <td role="cell" class="cell-best number">${best(experiment)}</td>
      <td role="cell" class="cell-curve">${sparkline(values)}</td>
      <td role="cell" class="cell-progress">${progress(experiment)}</td>
    </tr>
  `;

/** The end of a sweep member's name distinguishes it from the others, so it has a separate line. */
const name = (experiment) => {
  const text = title(experiment);
  const cut = experiment.sweep_id ? text.lastIndexOf(": ") + 1 : 0;
  const kind = cut ? "parted" : isSeen(experiment.name) ? "" : "unnamed";
  return html`<a href=${at(`/experiments/${experiment.id}`)} class=${kind} title=${text}>${
    cut
      ? html`<bdi>${text.slice(0, cut)}</bdi> <span class="seeded">${seeded(text.slice(cut + 1))}</span>`
      : html`<bdi>${text}</bdi>`
  }</a>`;
};

const best = (/** @type {any} */ experiment) => {
  const { best, best_metric: key } = experiment;
  if (!best) return html`<span class="muted">–</span>`;
  return html`<span title="${label(key)} after epoch ${best.epoch}">${written(key, best[key], experiment)}</span>`;
};

const progress = (experiment) => {
  if (experiment.waiting_for) {
    return html`<span class="small" title="Waiting for ${experiment.waiting_for}">no worker</span>`;
  }
  if (experiment.queue) return html`<span class="muted small">place ${whole(experiment.queue.position)}</span>`;
  const { epoch, epochs, eta_seconds: eta } = experiment.progress;
  if (experiment.status !== "running" && experiment.status !== "paused") return whenever(experiment);
  return html`
    <progress max=${epochs} value=${epoch} aria-label="Epochs done"></progress>
    <span class="muted small">${epoch}/${epochs}${eta
      ? html`
        · ${roughly(eta)} left
      `
      : nothing}</span>
  `;
};

const whenever = (experiment) =>
  html`<span class="muted small">${time(experiment.finished_at ?? experiment.created_at)}</span>`;
