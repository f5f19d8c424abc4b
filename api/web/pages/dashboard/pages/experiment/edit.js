// The dialog to edit name, tags and notes, and the priority of an experiment that may still be queued.

import { get, patch } from "../../api.js";
import { confirm, openDialog } from "../../dialog.js";
import { html, nothing } from "../../template.js";
import { attempt } from "../../toast.js";

/**
 * Ask for new values, and save them with `act`.
 *
 * @param {{ id: string, name: string, tags: string[], notes: string, status?: string, priority?: number }} experiment
 *   or a data set, which has them as well
 * @param {(deed: () => Promise<any>) => Promise<unknown>} act
 * @param {string} [path] of it
 */
export const edit = async (experiment, act, path = `/v1/experiments/${experiment.id}`) => {
  const written = await openDialog("Name, tags and notes", (answer) => form(experiment, answer));
  const changes = written && changed(experiment, written);
  if (!changes || !Object.keys(changes).length) return;
  const found = await attempt(() => get(path));
  const lost = found && Object.keys(changed(experiment, found)).filter((key) => key in changes);
  if (found && (!lost.length || (await overwrite(lost)))) {
    await act(() => patch(path, changes));
  }
};

/** Those of name, tags and notes that have changed. */
const changed = (before, after) =>
  Object.fromEntries(KEYS.filter((key) => String(before[key]) !== String(after[key])).map((key) => [key, after[key]]));

/** The statuses of experiments that are queued, or may be queued later. */
const WAITING = new Set(["queued", "paused"]);

const KEYS = ["name", "tags", "notes", "priority"];

/** Another user has changed it in the meantime. */
const overwrite = (keys) =>
  confirm({
    title: "Overwrite?",
    text: `Somebody has changed the ${keys.join(" and the ")} while you wrote. Your version would replace theirs.`,
    action: "Overwrite",
    danger: true,
  });

const form = (experiment, answer) =>
  html`
    <form class="stack" @submit=${(event) => {
      event.preventDefault();
      const { name, tags, notes, priority } = event.target.elements;
      const first = priority ? Number(priority.value) : experiment.priority;
      answer({ name: name.value.trim(), tags: words(tags.value), notes: notes.value, priority: first });
    }}>
      <label class="field"><span>Name</span>
        <input class="input" name="name" maxlength="200" .value=${experiment.name}></label>
      <label class="field"><span>Tags, separated by commas</span>
        <input class="input" name="tags" .value=${experiment.tags.join(", ")}></label>
      <label class="field"><span>Notes</span>
        <textarea class="input" name="notes" rows="5" maxlength="20000" .value=${experiment.notes}></textarea></label>
      ${WAITING.has(experiment.status)
        ? html`<label class="field"><span>Priority in the queue, −10 to 10</span>
        <input class="input" name="priority" type="number" min="-10" max="10" step="1" required
          .value=${String(experiment.priority)}></label>`
        : nothing}
      <div class="dialog-actions">
        <button type="button" class="button" @click=${() => answer()}>Back</button>
        <button class="button button-primary">Save</button>
      </div>
    </form>
  `;

const words = (text) => [...new Set(text.split(",").map((tag) => tag.trim()).filter(Boolean))];
