// A list that contains each kind at most once: a checkbox for each kind, and the fields of the checked ones.

import { html, nothing } from "../../../template.js";
import { contract, expand, kindOf } from "../schema/shorthand.js";
import { formula } from "./kind_select.js";
import { straysAt } from "./mistakes.js";

/** @param field draws a field; passed as an argument, because fields and lists contain each other */
export const words = (one, field, help) => {
  const list = Array.isArray(one.value) ? one.value : [];
  return html`
    <fieldset class="group">
      <legend>${one.label}</legend>
      ${help(one)} ${one.field.item.kinds.map((kind) => word(one, list, kind, field))}
    </fieldset>
  `;
};

const word = (one, list, kind, field) => {
  const { form, path } = one;
  const i = list.findIndex((item) => kindOf(one.field.item, item) === kind);
  const isOn = i >= 0;
  const id = form.id([...path, kind.kind]);
  const strays = isOn ? straysAt(form.mistakes, form.place([...path, i]), kind.fields.map(({ key }) => key)) : [];
  return html`
    <div class="field field-flag">
      <span class="check">
        <input type="checkbox" id=${id} .checked=${isOn} @change=${() =>
          form.write(path, isOn ? without(list, i) : withKind(one.field.item, list, kind))}>
        <label for=${id}>${kind.title}</label>
      </span>
      ${strays.map((message) => html`<p class="mistake">${message}</p>`)}
    </div>
    ${isOn ? options(one, list[i], i, kind, field) : nothing}
  `;
};

const options = (one, item, i, kind, field) => {
  const object = expand(one.field.item, item) ?? {};
  return html`
    <div class="nest">
      <div class="options">
        ${kind.fields.map((inner) =>
          field(one.form, [...one.path, i, inner.key], inner, object[inner.key], inner.default)
        )}
      </div>
      ${formula(kind.description)}
    </div>
  `;
};

const without = (list, i) => (list.length > 1 ? list.toSpliced(i, 1) : undefined);

/** The kinds are in the order of their description, in which they are applied. */
const withKind = (item, list, kind) => {
  const place = (one) => item.kinds.indexOf(kindOf(item, one));
  return [...list, contract(item, { kind: kind.kind })].toSorted((one, other) => place(one) - place(other));
};
