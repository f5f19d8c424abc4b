// The actions that are possible on an experiment now.

import { at } from "../../address.js";
import { freshKey, post, remove } from "../../api.js";
import { confirm, openDialog } from "../../dialog.js";
import { title } from "../../format.js";
import { icon } from "../../icons.js";
import { mayChange } from "../../session.js";
import { isFinal } from "../../status.js";
import { html, nothing } from "../../template.js";
import { attempt, toast } from "../../toast.js";
import { isolated } from "../../visible.js";

/** The buttons. `act` takes a function that performs an action and returns the experiment after it. */
export const actions = (experiment, { act, gone }) => {
  if (!mayChange()) return nothing;
  const { id, status } = experiment;
  const ask = (what) => act(() => post(`/v1/experiments/${id}/${what}`));
  const going = !isFinal(status);
  return html`
    <div class="row actions" role="group" aria-label="Actions">
      ${status === "paused" ? button("play", "Resume", () => ask("resume"), "button-primary") : nothing}
      ${going && status !== "paused" ? button("paused", "Pause", () => ask("pause")) : nothing}
      ${going ? button("cancel", "Cancel", () => cancel(experiment, ask)) : nothing}
      ${isDeadEnd(experiment) ? nothing : button("extend", "Extend", () => extend(experiment, act))}
      <a class="button" href=${at(`/new?fork=${id}`)}>${icon("fork")}Fork</a>
      ${status === "running" ? nothing : button("delete", "Delete", () => drop(experiment, gone), "button-danger")}
    </div>
  `;
};

/** Runs that diverged or reached their time limit can only be continued by a fork. */
const isDeadEnd = ({ status, error, progress, spec }) => {
  const endedByTime = status === "succeeded" && progress.epoch < progress.epochs && spec.early_stopping === null;
  return error?.code === "diverged" || (endedByTime && spec.max_seconds !== null);
};

const button = (drawing, word, click, kind = "") =>
  html`<button class="button ${kind}" @click=${click}>${icon(drawing)}${word}</button>`;

const cancel = async (experiment, ask) => {
  const text = `“${
    isolated(title(experiment))
  }” stops now. Its metrics and checkpoints are kept, and it can be extended later.`;
  if (await confirm({ title: "Cancel this run?", text, action: "Cancel the run", danger: true })) await ask("cancel");
};

const drop = async (experiment, gone) => {
  const text = `“${
    isolated(title(experiment))
  }”, with its metrics, log and checkpoints, will be deleted. This cannot be undone.`;
  if (!(await confirm({ title: "Delete this experiment?", text, action: "Delete", danger: true }))) return;
  await attempt(async () => {
    await remove(`/v1/experiments/${experiment.id}`);
    toast("Experiment deleted");
    gone();
  });
};

const extend = async (experiment, act) => {
  const { epoch, epochs } = experiment.progress;
  const have = isFinal(experiment.status) ? epoch : epochs;
  const more = await openDialog("Train longer", (answer) =>
    html`
      <form class="stack" @submit=${(event) => {
        event.preventDefault();
        answer(event.target.elements.more.valueAsNumber);
      }}>
        <p>It has ${have} ${have === 1
          ? "epoch"
          : "epochs"}; training continues from the last checkpoint. A schedule then spans the new number of epochs.</p>
        <label class="field"><span>Additional epochs</span>
          <input class="input" name="more" type="number" min="1" step="1" value="10" required></label>
        <div class="dialog-actions">
          <button type="button" class="button" @click=${() => answer()}>Back</button>
          <button class="button button-primary">Extend</button>
        </div>
      </form>
    `);
  if (!more) return;
  const once = { "Idempotency-Key": freshKey() };
  await act(() => post(`/v1/experiments/${experiment.id}/extend`, { epochs: more }, once));
};
