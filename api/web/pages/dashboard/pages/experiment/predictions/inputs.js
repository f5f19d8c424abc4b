// The fields of a row: sliders for numbers, selects for categories, and beside each field the notes of the prediction
// about it.

import { figure } from "../../../format.js";
import { html, live, nothing } from "../../../template.js";
import { visible } from "../../../visible.js";
import { sliderOf } from "../../lab/slider.js";
import { drawing } from "./drawing.js";
import { isDrawn } from "./fields.js";

/** @typedef {import("./fields.js").Field} Field */

/** The option for a category that no training row has. */
const STRANGER = "(another)";
const MISSING = "(missing)";
const LONGEST_CHOICE = 300;

/**
 * @param {Field} field @param {number} i @param {any} value @param {string[]} notes
 * @param {(value: any) => void} write
 */
export const input = (field, i, value, notes, write) => {
  const id = `ask-${i}`;
  return html`
    <div class="field ${field.form === "picture" || field.form === "numbers" ? "wide" : ""} ${notes.length
      ? "is-noted"
      : ""}">
      <label for=${id}><bdi>${visible(field.name)}</bdi></label>
      ${FORMS[field.form](field, id, value, write, notes.length ? `${id}-notes` : nothing)}
      <p class="ask-note" id="${id}-notes" ?hidden=${!notes.length}>${notes.map(visible).join("; ")}</p>
    </div>
  `;
};

/** @typedef {(field: Field, id: string, value: any, write: (value: any) => void, notes: any) => unknown} Form */

/** @type {Form} */
const number = (field, id, value, write, notes) => {
  const { low, high, start } = field;
  const slider = low === undefined ? null : sliderOf({ low, high, integer: field.type === "integer" }, start);
  return html`
    <div class="ask-number">
      ${slider
        ? html`
          <input type="range" min="0" max=${slider.steps} step="1" aria-label=${`${field.name}, slider`}
            .value=${live(String(slider.stepOf(value ?? start)))}
            @input=${(/** @type {any} */ event) => write(slider.valueAt(event.target.valueAsNumber))}>
        `
        : nothing}
      <input class="input" type="number" id=${id} step="any" aria-describedby=${notes}
        placeholder=${field.mayMiss ? "missing" : nothing} .value=${live(value === null ? "" : String(value))}
        @change=${(/** @type {any} */ { target }) => write(target.value === "" ? null : target.valueAsNumber)}>
    </div>
    ${slider ? html`<span class="ask-range">${figure(low)} to ${figure(high)} in training</span>` : nothing}
  `;
};

/** @type {Form} */
const choice = (field, id, value, write, notes) => {
  const options = /** @type {string[]} */ (field.options);
  if (options.length > LONGEST_CHOICE) return text(field, id, value, write, notes);
  const isOwn = value !== null && !options.includes(value);
  const choose = (/** @type {any} */ { target }) => {
    const place = target.selectedIndex;
    write(place < options.length ? options[place] : target.value === MISSING ? null : strange(field));
  };
  return html`
    <select class="input" id=${id} aria-describedby=${notes} @change=${choose}>
      ${options.map((one) => html`<option ?selected=${one === value}>${visible(one) || "(empty)"}</option>`)}
      ${field.type === "text" ? html`<option value=${STRANGER} ?selected=${isOwn}>${STRANGER}</option>` : nothing}
      ${field.mayMiss ? html`<option value=${MISSING} ?selected=${value === null}>${MISSING}</option>` : nothing}
    </select>
  `;
};

/** A category that no training row had. @param {Field} field */
const strange = ({ options }) => {
  let word = "another";
  while (options?.includes(word)) word += "_";
  return word;
};

/** @type {Form} */
const text = (_, id, value, write, notes) =>
  html`
    <input class="input" id=${id} autocomplete="off" aria-describedby=${notes} placeholder="missing"
      .value=${live(value ?? "")} @input=${(/** @type {any} */ event) => write(event.target.value || null)}>
  `;

/** @type {Form} */
const moment = ({ type }, id, value, write, notes) =>
  html`
    <input class="input" type=${type === "datetime" ? "datetime-local" : "date"} id=${id} aria-describedby=${notes}
      .value=${live(value ?? "")} @input=${(/** @type {any} */ event) => write(event.target.value || null)}>
  `;

/** @type {Form} */
const numbers = ({ size }, id, value, write, notes) => {
  const typed = (/** @type {any} */ { target }) => {
    const read = target.value.split(/[\s,;]+/).filter(Boolean).map(Number);
    if (read.length === size && read.every(Number.isFinite)) write(read);
    else target.value = value.join(", ");
  };
  return html`
    <textarea class="input" id=${id} rows="3" aria-describedby=${notes} .value=${live(value.join(", "))}
      @change=${typed}></textarea>
  `;
};

/** @type {Form} */
const picture = (field, id, value, write) => {
  const choose = async (/** @type {any} */ { target }) => {
    const [file] = target.files;
    if (file) write(await base64(file));
  };
  const isFile = typeof value === "string";
  const shown = isFile
    ? html`
      <img class="ask-picture" src="data:${value.startsWith("/9j/") ? "image/jpeg" : "image/png"};base64,${value}"
        alt="The picture to predict">
    `
    : nothing;
  const file = field.type === "bytes"
    ? html`
      <label class="button" for="${id}-file">Choose a picture</label>
      <input class="hidden-label" type="file" accept="image/png,image/jpeg" id="${id}-file" @change=${choose}>
      ${isFile ? shown : html`<span class="muted small">or drop one on this page</span>`}
    `
    : nothing;
  if (isDrawn(field)) return drawing(field, id, isFile ? null : value, write, file);
  return field.type === "bytes" ? html`<div class="row">${file}</div>` : nothing;
};

/** @type {Record<Field["form"], Form>} */
const FORMS = { number, choice, text, moment, numbers, picture };

/** @param {Blob} file @returns {Promise<string>} */
export const base64 = async (file) => {
  let binary = "";
  for (const byte of new Uint8Array(await file.arrayBuffer())) binary += String.fromCharCode(byte);
  return btoa(binary);
};
