// One field of the form, drawn by its description.

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
 * @param value what the document has there; undefined if nothing
 * @param fallback what holds then
 * @param {boolean} inherits whether that is the network's
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

/** A label above a control, its help and its mistakes below. */
const framed = (control) => (one) =>
  html`
    <div class="field ${one.mistakes.length ? "field-wrong" : ""}">
      <label for=${one.id}>${one.label}</label>
      ${control(one)} ${help(one)}
    </div>
  `;

/** A flag says what it is behind its box. */
const flagged = (one) =>
  html`
    <div class="field field-flag">
      <span class="check">${switchBox(one, one.value ?? one.fallback)}<label for=${one.id}>${one.label}</label></span>
      ${help(one)}
    </div>
  `;

const plainList = (one) => (one.field.item.form === "json" ? values(one) : written(one));

/** Help and mistakes; the control names both in `aria-describedby`. */
export const help = (one) =>
  html`
    <div id=${`${one.id}-help`} class="help">
      ${one.mistakes.map((message) => html`<p class="mistake">${message}</p>`)}
      ${one.field.description ? html`<p class="hint">${hintOf(one.field.description)}</p>` : nothing}
    </div>
  `;

/** What JSON writes as null is an empty field here. */
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
