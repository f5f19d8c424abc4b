// The form of a whole spec, its fields grouped by topic. Fields without a topic come last.

import { html, nothing } from "../../../template.js";
import { field } from "./field.js";
import { layers } from "./layers.js";
import { folded } from "./object.js";

const SECTIONS = [
  { title: "Experiment", keys: ["name", "dataset"], more: ["tags", "notes", "priority"] },
  {
    title: "Network",
    keys: ["layers", "activation", "init", "batch_norm"],
    more: ["output_init", "number_embeddings"],
  },
  {
    title: "Training",
    keys: ["loss", "optimizer", "schedule", "batch_size", "epochs", "seed"],
    more: ["clip_norm", "max_seconds"],
  },
  { title: "Regularization", keys: ["dropout", "input_dropout", "l1", "l2", "early_stopping"], more: [] },
  { title: "Machine", keys: ["device"], more: ["precision", "checkpoint", "statistics"] },
];

/**
 * @param {object} form
 * @param {object} known what is known about the layers, see `layers.js`
 * @param {(key: string) => any} beside additional content below a field
 */
export const sections = (form, known, beside) => {
  const sorted = new Set(SECTIONS.flatMap(({ keys, more }) => [...keys, ...more]));
  const others = form.description.fields.map(({ key }) => key).filter((key) => !sorted.has(key));
  const all = others.length ? [...SECTIONS, { title: "Others", keys: others, more: [] }] : SECTIONS;
  return all.map((section) => card(form, section, known, beside));
};

const card = (form, { title, keys, more }, known, beside) => {
  const described = (key) => form.description.fields.find((one) => one.key === key);
  const [open, hidden] = [keys, more].map((list) => list.map(described).filter(Boolean));
  if (!open.length && !hidden.length) return nothing;
  const parts = (fields) => html`<div class="options">${fields.map((one) => part(form, one, known, beside))}</div>`;
  const id = `section-${title.toLowerCase().replaceAll(" ", "-")}`;
  return html`
    <section class="card" aria-labelledby=${id}>
      <h2 id=${id}>${title}</h2>
      ${parts(open)}
      ${hidden.length ? folded(form, [], hidden, form.document, parts(hidden)) : nothing}
    </section>
  `;
};

const part = (form, one, known, beside) => {
  const isLayers = one.form === "list" && one.item.form === "union";
  return html`${isLayers ? layers(form, one, known) : field(form, [one.key], one, form.read([one.key]))}${
    beside(one.key)
  }`;
};
