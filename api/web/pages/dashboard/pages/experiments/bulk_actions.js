// Actions on the selected experiments.

import { at } from "../../address.js";
import { post, remove } from "../../api.js";
import { confirm } from "../../dialog.js";
import { icon } from "../../icons.js";
import { mayChange } from "../../session.js";
import { isFinal } from "../../status.js";
import { html, nothing } from "../../template.js";
import { attempt } from "../../toast.js";

export const TOGETHER = 50;

/** The bar that appears with the first selection. */
export const bulkActions = (experiments, { clear, dropped }) => {
  if (!experiments.length) return nothing;
  const changeable = mayChange() ? experiments : [];
  const going = changeable.filter((one) => !isFinal(one.status));
  const removable = changeable.filter((one) => one.status !== "running");
  return html`
    <div class="chosen-bar" role="region" aria-label="Selection">
      <strong aria-live="polite">${experiments.length} selected</strong>
      ${compare(experiments)}
      ${going.length
        ? html`<button class="button" @click=${() => cancel(going)}>${icon("cancel")}Cancel</button>`
        : nothing}
      ${removable.length
        ? html`<button class="button button-danger" @click=${() => drop(removable, dropped)}>${
          icon("delete")
        }Delete</button>`
        : nothing}
      <button class="quiet" aria-label="Clear the selection" @click=${clear}>${icon("close")}</button>
    </div>
  `;
};

/** The address of the comparison of the selected experiments. */
export const comparison = (experiments) =>
  `/compare?ids=${experiments.slice(0, TOGETHER).map((one) => one.id).join(",")}`;

const compare = (experiments) => {
  if (experiments.length < 2) return html`<span class="muted small">Select another one to compare.</span>`;
  if (experiments.length > TOGETHER) return html`<span class="muted small">At most ${TOGETHER} can be compared.</span>`;
  return html`<a class="button button-primary" href=${at(comparison(experiments))}>${icon("compare")}Compare</a>`;
};

const cancel = async (experiments) => {
  const text = `${count(experiments)} will stop now. Metrics and checkpoints are kept.`;
  if (!(await confirm({ title: "Cancel?", text, action: "Cancel the runs", danger: true }))) return;
  for (const one of experiments) await attempt(() => post(`/v1/experiments/${one.id}/cancel`));
};

const drop = async (experiments, dropped) => {
  const text = `${count(experiments)}, with metrics, logs and checkpoints, will be deleted. This cannot be undone.`;
  if (!(await confirm({ title: "Delete?", text, action: "Delete", danger: true }))) return;
  for (const one of experiments) {
    await attempt(async () => {
      await remove(`/v1/experiments/${one.id}`);
      dropped(one.id);
    });
  }
};

const count = (experiments) => (experiments.length === 1 ? "One experiment" : `${experiments.length} experiments`);
