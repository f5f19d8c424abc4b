// A group of fields that belong together, and that can be switched off together.

import { html, nothing } from "../../../template.js";
import { expand } from "../schema/shorthand.js";
import { selectBox } from "./choice.js";
import { label } from "./labels.js";
import { anyWithin, straysAt } from "./mistakes.js";
import { switchBox } from "./plain.js";
import { formula } from "./kind_select.js";

/** @param field draws a field; passed as an argument, because fields and objects contain each other */
export const object = (one, field, help) => {
  const keys = one.field.fields.map(({ key }) => key);
  one.mistakes = straysAt(one.form.mistakes, one.form.place(one.path), keys);
  if (!one.field.switchable) return fieldset(one, field, help);
  return html`
    <div class="group">
      ${one.inherits ? threeWays(one, help) : onOff(one, help)}
      ${isOn(one.value) ? options(one, field) : nothing}
    </div>
  `;
};

const isOn = (value) => value !== undefined && value !== null && value !== false;

const onOff = (one, help) => {
  const on = isOn(one.value === undefined ? one.fallback : one.value);
  const off = one.form.keep || isOn(one.field.default) ? false : undefined;
  return html`
    <div class="field field-flag">
      <span class="check">${switchBox(one, on, (checked) => one.form.write(one.path, checked || off))}<label for=${one
        .id}>${one.label}</label></span>
      ${help(one)}
    </div>
  `;
};

const threeWays = (one, help) => {
  const chosen = one.value === undefined || one.value === null ? "left" : isOn(one.value) ? "on" : "off";
  /** @type {[string, string][]} */
  const ways = [["left", `${isOn(one.fallback) ? "on" : "off"} (inherited)`], ["on", "on"], ["off", "off"]];
  const values = { left: undefined, on: true, off: false };
  return html`
    <div class="field">
      <label for=${one.id}>${one.label}</label>
      ${selectBox(one, ways, chosen, (way) => one.form.write(one.path, values[way]))} ${help(one)}
    </div>
  `;
};

/**
 * If exactly one field is required, it is always visible and the others are collapsed. A collapsed part opens by itself
 * when it has a value or a mistake.
 */
const fieldset = (one, field, help) => {
  if (one.field.isFolded) {
    return folded(one.form, one.path, one.field.fields, one.value, fields(one, one.field.fields, field), one.label);
  }
  const required = one.field.fields.filter((inner) => inner.required);
  const rest = one.field.fields.filter((inner) => !inner.required);
  const [only, ...others] = required;
  if (only && !others.length) return headed(one, only, rest, field);
  return html`
    <fieldset class="group">
      <legend>${one.label}</legend>
      ${help(one)} ${fields(one, one.field.fields, field)}
    </fieldset>
  `;
};

/** The only required field has the label of the whole object; other fields may be visible, too. */
const headed = (one, only, rest, field) => {
  const open = rest.filter(({ isOpen }) => isOpen);
  const hidden = rest.filter(({ isOpen }) => !isOpen);
  const head = { ...only, label: one.label, description: one.field.description };
  return html`
    <div class="group">
      ${fields(one, [head, ...open], field)}
      ${one.mistakes.map((message) => html`<p class="mistake">${message}</p>`)}
      ${hidden.length
        ? folded(
          one.form,
          one.path,
          hidden,
          one.value,
          fields(one, hidden, field),
          `More of ${one.label.toLowerCase()}`,
        )
        : nothing}
    </div>
  `;
};

/** Rarely needed fields, collapsed unless one of them is set or has a mistake. */
export const folded = (form, path, inner, value, content, name = "More") => {
  const keys = inner.map(({ key }) => key);
  const place = form.place(path);
  const set = typeof value === "object" && value !== null ? keys.filter((key) => key in value) : [];
  const open = form.unfolded(`${place}/${keys[0]}`, set.length > 0 || anyWithin(form.mistakes, place, keys));
  return html`
    <details class="more" aria-label=${name} ?open=${open}>
      <summary>${name}<span class="more-what">${inner.map((one) => one.label ?? label(one.key)).join(
        ", ",
      )}</span></summary>
      ${content}
    </details>
  `;
};

const options = (one, field) =>
  html`
    <div class="nest">
      ${fields(one, one.field.fields, field)} ${one.field.switchable && one.field.about
        ? formula(one.field.about)
        : nothing}
    </div>
  `;

const fields = (one, inner, field) => {
  const object = expand(one.field, one.value) ?? {};
  const fallback = expand(one.field, one.fallback) ?? {};
  return html`
    <div class="options">
      ${inner.map((each) =>
        field(one.form, [...one.path, each.key], each, object[each.key], fallback[each.key] ?? each.default)
      )}
    </div>
  `;
};
