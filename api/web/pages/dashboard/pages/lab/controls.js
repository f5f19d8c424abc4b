// The controls for a demonstration's request, generated from its schema.

import { icon } from "../../icons.js";
import { html, live, nothing } from "../../template.js";
import { label, wording } from "../new/form/labels.js";
import { sliderOf } from "./slider.js";

/**
 * @typedef {object} Place
 * @property {string} id
 * @property {(string | number)[]} path
 * @property {any} value
 * @property {string} label
 * @property {(path: (string | number)[], value: unknown) => void} write
 */

/** Controls for all fields of an object. @param {any} description @param {Place} place @returns {unknown[]} */
export const fields = (description, place) =>
  description.fields.map((/** @type {any} */ field) =>
    control(field, inside(place, field.key, field.key.length > 1 ? label(field.key) : field.key))
  );

/** @param {Place} place @param {string | number} key @param {string} name @returns {Place} */
const inside = (place, key, name) => ({
  ...place,
  id: `${place.id}-${key}`,
  path: [...place.path, key],
  value: place.value[key],
  label: name,
});

/** @param {any} field @param {Place} place @returns {unknown} */
const control = (field, place) => {
  switch (field.form) {
    case "number":
      return number(field, place);
    case "choice":
      return choice(place, field.options, place.value, (option) => place.write(place.path, option));
    case "flag":
      return flag(place);
    case "union":
      return union(field, place);
    case "object":
      return group(place, fields(field, place));
    case "list":
      return field.item.form === "number" ? numbers(place) : list(field, place);
    default:
      return nothing;
  }
};

/** @param {any} field @param {Place} place */
const number = (field, { id, path, value, label, write }) => {
  const slider = sliderOf(field, field.default ?? value);
  const typed = (/** @type {any} */ { target }) => target.value !== "" && write(path, target.valueAsNumber);
  return html`
    <div class="field" title=${field.description?.replaceAll("`", "") || nothing}>
      <label for=${id}>${label}</label>
      <div class="lab-number">
        ${slider
          ? html`
            <input type="range" min="0" max=${slider.steps} step="1" aria-label=${`${label}, slider`}
              .value=${live(String(slider.stepOf(value)))}
              @input=${(/** @type {any} */ event) => write(path, slider.valueAt(event.target.valueAsNumber))}
            >
          `
          : nothing}
        <input class="input" type="number" id=${id} step=${field.integer ? "1" : "any"} .value=${live(
          String(value),
        )} @change=${typed}>
      </div>
    </div>
  `;
};

/**
 * @param {Place} place
 * @param {string[]} options
 * @param {string} chosen
 * @param {(option: string) => void} choose
 */
const choice = ({ id, label }, options, chosen, choose) =>
  html`
    <div class="field">
      <label for=${id}>${label}</label>
      <select class="input" id=${id} .value=${live(chosen)}
        @change=${(/** @type {any} */ event) => choose(event.target.value)}
      >
        ${options.map((option) =>
          html`<option value=${option} ?selected=${option === chosen}>${wording(option)}</option>`
        )}
      </select>
    </div>
  `;

/** @param {Place} place */
const flag = ({ id, path, value, label, write }) =>
  html`
    <div class="field">
      <span
        class="check"><input type="checkbox" id=${id} .checked=${live(value)} @change=${(
          /** @type {any} */ event,
        ) => write(path, event.target.checked)}><label for=${id}>${label}</label></span>
    </div>
  `;

/** A choice between kinds. A new kind starts with its defaults. @param {any} field @param {Place} place */
const union = (field, place) => {
  const kind = kindOf(field, place.value);
  const choose = (/** @type {string} */ name) =>
    place.write(place.path, blank(field.kinds.find((/** @type {any} */ one) => one.kind === name)));
  const names = field.kinds.map((/** @type {any} */ one) => one.kind);
  return group(place, [
    choice({ ...place, label: place.label }, names, place.value.kind, choose),
    ...fields(kind, place),
  ]);
};

const kindOf = (/** @type {any} */ field, /** @type {any} */ value) =>
  field.kinds.find((/** @type {any} */ one) => one.kind === value.kind) ?? field.kinds[0];

/** A list of networks or optimizers. @param {any} field @param {Place} place */
const list = ({ item }, place) => {
  const add = () => place.write([...place.path, place.value.length], place.value.at(-1) ?? first(item));
  return html`
    <fieldset class="lab-list">
      <legend>${place.label}</legend>
      ${place.value.map((/** @type {any} */ _, /** @type {number} */ i) => {
        const one = inside(place, i, `${place.label.replace(/s$/, "")} ${i + 1}`);
        const inner = item.form === "union" || item.form === "object"
          ? (item.form === "union" ? union(item, one) : group(one, fields(item, one)))
          : control(item, one);
        return html`<div class="lab-item" role="group" aria-label=${one.label}>${inner}${removal(place, one)}</div>`;
      })}
      <button type="button" class="button" @click=${add}>${icon("plus")}Add</button>
    </fieldset>
  `;
};

/** @param {Place} place @param {Place} one */
const removal = (place, one) =>
  place.value.length < 2 ? nothing : html`
    <button type="button" class="quiet lab-remove" aria-label=${`Remove ${one.label.toLowerCase()}`}
      @click=${() => one.write(one.path, undefined)}>${icon("close")}</button>
  `;

const first = (/** @type {any} */ item) => item.form === "union" ? blank(item.kinds[0]) : blank(item);

/** A kind or an object with its defaults. @param {any} description @returns {any} */
const blank = ({ kind, fields }) =>
  Object.fromEntries([
    ...(kind === undefined ? [] : [["kind", kind]]),
    ...fields.map((/** @type {any} */ field) => [field.key, field.default]),
  ]);

/** @param {Place} place @param {unknown} content */
const group = (place, content) => html`<div class="lab-group" id=${place.id + "-group"}>${content}</div>`;

/** Several numbers, separated by commas. @param {Place} place */
const numbers = ({ id, path, value, label, write }) => {
  const typed = (/** @type {any} */ { target }) => {
    const read = target.value.split(",").map((/** @type {string} */ part) => Number(part));
    if (read.every(Number.isFinite)) write(path, read);
    else target.value = value.join(", ");
  };
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <input class="input" id=${id} inputmode="decimal" autocomplete="off" .value=${live(
        value.join(", "),
      )} @change=${typed}>
    </div>
  `;
};
