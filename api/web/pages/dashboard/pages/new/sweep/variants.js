// Variants: the base, and the base with each of these changes. A change is edited with the same fields as the spec.

import { icon } from "../../../icons.js";
import { html, live } from "../../../template.js";
import { field } from "../form/field.js";
import { createForm } from "../form/form.js";
import { label as called } from "../form/labels.js";
import { layers } from "../form/layers.js";
import { straysAt } from "../form/mistakes.js";
import { isObject } from "../json/link.js";
import { join } from "../pointer.js";
import { expand } from "../schema/shorthand.js";
import { entriesOf, keyInput, removeButton, renamed, without } from "./rows.js";

const NOT_VARIED = new Set(["name", "tags", "notes", "priority", "seed", "checkpoint", "statistics", "device"]);

/** @param {object} sweep see `sweep.js` */
export const variants = (sweep) => {
  const all = sweep.document.variants ?? {};
  return html`
    <p class="hint">The base is trained as it is, and with each of these changes alone: one technique at a time.</p>
    <ul class="variants">${entriesOf(all).map(([label, patch], i) =>
      variant(sweep, all, label, isObject(patch) ? patch : {}, i)
    )}</ul>
    <button type="button" class="button" @click=${() => add(sweep, all)}>${icon("plus")} Variant</button>
  `;
};

const add = (sweep, all) => {
  const name = (i) => `variant ${i}`;
  let i = Object.keys(all).length + 1;
  while (name(i) in all) i++;
  sweep.set("variants", { ...all, [name(i)]: {} });
};

const variant = (sweep, all, label, patch, i) => {
  const become = (next) => sweep.set("variants", { ...all, [label]: next });
  const form = patchForm(sweep, label, patch, become);
  const keys = Object.keys(patch);
  const known = sweep.description.fields.filter(({ key }) => keys.includes(key));
  return html`
    <li class="variant">
      <div class="variant-head">
        ${keyInput({
          id: `variant-${i}`,
          name: `Name of variant ${i + 1}`,
          key: label,
          taken: Object.keys(all),
          rename: (name) => sweep.set("variants", renamed(all, label, name)),
        })}
        ${removeButton(label, () => sweep.set("variants", without(all, label)))}
      </div>
      ${known.map((one) => change(sweep, form, one, patch, become))}
      ${straysAt(sweep.mistakes, join("variants", label), known.map(({ key }) => key)).map((message) =>
        html`<p class="mistake">${message}</p>`
      )}
      ${chooser(sweep, label, keys, (one) => become({ ...patch, [one.key]: other(one, sweep.base[one.key]) }))}
    </li>
  `;
};

const patchForm = (sweep, label, patch, become) =>
  createForm({
    ...sweep.shared,
    base: join("variants", label),
    document: () => patch,
    changed: become,
    keep: true,
    network: (key) => patch[key] ?? sweep.base[key],
  });

const change = (sweep, form, one, patch, become) =>
  html`
    <div class="change">
      ${one.form === "list"
        ? layers(form, one)
        : field(form, [one.key], one, patch[one.key], sweep.base[one.key] ?? one.default)}
      ${removeButton(`the change of ${called(one.key)}`, () => become(without(patch, one.key)))}
    </div>
  `;

const chooser = (sweep, label, keys, choose) => {
  const left = sweep.description.fields.filter(({ key }) => !keys.includes(key) && !NOT_VARIED.has(key));
  return html`
    <select class="input add-change" aria-label=${`Add a change to ${label}`} .value=${live("")}
      @change=${(event) => choose(left.find(({ key }) => key === event.target.value))}>
      <option value="">Change …</option>
      ${left.map(({ key }) => html`<option value=${key}>${called(key)}</option>`)}
    </select>
  `;
};

/** An initial value that differs from the base's. */
const other = (one, value) => {
  const now = value ?? one.default;
  if (one.form === "flag") return !now;
  if (one.form === "object") return one.switchable ? !now : (expand(one, now) ?? {});
  if (one.form === "choice") return one.options.find((option) => option !== now);
  if (one.form === "union") return { kind: one.kinds.find(({ kind }) => kind !== expand(one, now)?.kind).kind };
  return now ?? null;
};
