// The actions on a sweep.

import { post, remove } from "../../api.js";
import { confirm, openDialog } from "../../dialog.js";
import { html } from "../../template.js";
import { attempt, toast } from "../../toast.js";
import { describedSpec } from "../new/descriptions.js";
import { encode } from "../new/json/link.js";
import { sparse } from "../new/schema/document.js";
import { seedsOf } from "../new/sweep/seeds.js";

const act = (sweep, what, body) => attempt(() => post(`/v1/sweeps/${sweep.id}/${what}`, body));

/** @returns {Promise<object | undefined>} the sweep after the action; undefined if nothing was done */
export const cancel = async (sweep) => {
  const sure = await confirm({
    title: "Cancel this sweep?",
    text: "Its queued and running experiments stop. Finished ones are kept.",
    action: "Cancel the sweep",
    danger: true,
  });
  return sure ? act(sweep, "cancel") : undefined;
};

/** Delete it with all its experiments; `gone` is called after that. */
export const drop = async (sweep, gone) => {
  const sure = await confirm({
    title: "Delete this sweep?",
    text: "All its experiments, with their metrics, logs and checkpoints, will be deleted. This cannot be undone.",
    action: "Delete",
    danger: true,
  });
  if (!sure) return;
  await attempt(async () => {
    await remove(`/v1/sweeps/${sweep.id}`);
    toast("Sweep deleted");
    gone();
  });
};

export const retry = async (sweep) => {
  const found = await act(sweep, "retry");
  if (found) toast("Failed experiments are queued again");
  return found;
};

export const addSeeds = async (sweep) => {
  const text = await openDialog("Add seeds", (answer) => seedsForm(sweep, answer));
  const seeds = text && seedsOf(text);
  return seeds ? act(sweep, "extend", { seeds }) : undefined;
};

const seedsForm = (sweep, answer) => {
  const last = Math.max(...sweep.request.seeds);
  const submit = (event) => {
    event.preventDefault();
    answer(new FormData(event.target).get("seeds"));
  };
  return html`
    <form @submit=${submit}>
      <p>Write how many seeds the sweep should have in total, such as 10 for the seeds 0 to 9, or which to add, such as 3-5 or 7,11. More seeds make the intervals narrower.</p>
      <div class="field">
        <label for="more-seeds">Seeds</label>
        <input class="input" id="more-seeds" name="seeds" autocomplete="off" required value=${`${last + 1}-${
          last + 3
        }`} autofocus>
      </div>
      <div class="dialog-actions">
        <button type="button" class="button" @click=${() => answer(undefined)}>Back</button>
        <button class="button button-primary">Add seeds</button>
      </div>
    </form>
  `;
};

/** The address of the form with this sweep's request in it. */
export const copyAddress = async ({ request }) => {
  const { spec } = await describedSpec();
  const { base, ...rest } = request;
  const given = Object.entries(rest).filter(([, value]) => value !== null && value !== "");
  return `/new#sweep=${encode({ ...Object.fromEntries(given), base: sparse(spec, base) })}`;
};
