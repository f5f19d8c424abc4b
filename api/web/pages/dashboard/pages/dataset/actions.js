// The actions on a data set.

import { at } from "../../address.js";
import { remove } from "../../api.js";
import { confirm } from "../../dialog.js";
import { icon } from "../../icons.js";
import { mayChange } from "../../session.js";
import { html, nothing } from "../../template.js";
import { attempt, toast } from "../../toast.js";
import { isolated, visible } from "../../visible.js";
import { encode } from "../new/json/link.js";
import { merged } from "../../merge_patch.js";

/** The hidden layers of the suggested network. */
const LAYERS = [100, 50];

/**
 * The address of the form for a new experiment on the data set, with a change of the spec.
 * @param {any} set
 * @param {object} [change]
 */
export const trainingAddress = (set, change = {}) => {
  const dataset = set.built_in || set.target === null ? set.name : { name: set.name, target: set.target };
  const spec = { dataset: "dataset" in change ? { name: set.name } : dataset, layers: LAYERS };
  return at(`/new#spec=${encode(merged(spec, change))}`);
};

/** @param {any} set @param {import("./head.js").Page} page */
export const actions = (set, { gone }) => {
  const isRead = set.built_in || set.version !== null;
  const content = at(`/v1/datasets/${encodeURIComponent(set.id)}`);
  return html`
    <div class="row actions" role="group" aria-label="Actions">
      ${isRead && mayChange()
        ? html`<a class="button button-primary" href=${trainingAddress(set)}>${icon("play")}Train on this</a>`
        : nothing}
      ${set.version === null || set.built_in ? nothing : html`
        <a class="button" href="${content}/content.parquet" download>${icon("download")}Parquet</a>
      `}
      ${set.built_in || !mayChange() ? nothing : html`
        <button class="button button-danger" @click=${() => drop(set, gone)}>${icon("delete")}Delete</button>
      `}
    </div>
  `;
};

/** @param {any} set @param {() => void} gone */
const drop = async (set, gone) => {
  const text = `“${isolated(visible(set.name))}”, with its files and all its versions, will be deleted. ` +
    "Experiments that have finished keep their results. This cannot be undone.";
  if (!(await confirm({ title: "Delete this data set?", text, action: "Delete", danger: true }))) return;
  await attempt(async () => {
    await remove(`/v1/datasets/${set.id}`);
    toast("Data set deleted");
    gone();
  });
};
