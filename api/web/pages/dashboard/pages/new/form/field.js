// One field of the form, generated from its description.

import { html, nothing } from "../../../template.js";
import { chooser } from "./choice.js";
import { label } from "./labels.js";
import { straysAt } from "./mistakes.js";
import { object } from "./object.js";
import { longText, number, switchBox, text, texts, values, written } from "./plain.js";
import { kindSelect } from "./kind_select.js";
import { words } from "./words.js";

/**
 * @param {object} form see `form.js`
 * @param {(string | number)[]} path of the field
 * @param {object} field its description
 * @param value the value in the document; undefined if there is none
 * @param fallback the value that applies then
 * @param {boolean} inherits whether that value is inherited from the experiment
 */
export const field = (form, path, field, value, fallback = field.default, inherits = false) => {
  const one = {
    form,
    path,
    field,
    value,
    fallback,
    inherits,
    id: form.id(path),
    label: field.label ?? label(field.key),
    mistakes: straysAt(form.mistakes, form.place(path), []),
  };
  return CONTROLS[field.form](one);
};

/** A label above a control, and its help and mistakes below it. */
const framed = (control) => (one) =>
  html`
    <div class="field ${one.mistakes.length ? "field-wrong" : ""}">
      <label for=${one.id}>${one.label}</label>
      ${control(one)} ${help(one)}
    </div>
  `;

/** A checkbox with its label behind it. */
const flagged = (one) =>
  html`
    <div class="field field-flag">
      <span class="check">${switchBox(one, one.value ?? one.fallback)}<label for=${one.id}>${one.label}</label></span>
      ${help(one)}
    </div>
  `;

const plainList = (one) => (one.field.item.form === "json" ? values(one) : written(one));

/** Help and mistakes; the control refers to both in `aria-describedby`. */
export const help = (one) =>
  html`
    <div id=${`${one.id}-help`} class="help">
      ${one.mistakes.map((message) => html`<p class="mistake">${message}</p>`)}
      ${one.field.description ? html`<p class="hint">${hintOf(one.field.description)}</p>` : nothing}
    </div>
  `;

/** Null in the JSON is an empty field in the form. */
const hintOf = (description) => description.replaceAll("`", "").replace(/\bnull\b/g, "empty");

const CONTROLS = {
  number: framed(number),
  text: framed((one) => (one.field.long ? longText(one) : text(one))),
  texts: framed(texts),
  choice: framed(chooser),
  json: framed(written),
  map: framed(written),
  list: (one) => (one.field.item.form === "union" ? words(one, field, help) : framed(plainList)(one)),
  flag: flagged,
  union: (one) => kindSelect(one, field, help),
  object: (one) => object(one, field, help),
};
