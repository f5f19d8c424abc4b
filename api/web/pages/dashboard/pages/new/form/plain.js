// Controls for a single value. The user's input goes into the document unchanged: only the service validates it, for
// forms and scripts alike.

import { html, live, nothing } from "../../../template.js";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const WORDS = new Set(["true", "false", "null"]);

/** A number, or a word that may be used instead. */
export const number = (one) =>
  html`
    <div class="joined">
      ${input(one, { show: String, read: numberOf, mode: one.field.integer ? "numeric" : "decimal" })}
      ${one.field.words.map((word) => wordButton(one, word))}
    </div>
  `;

const wordButton = (one, word) =>
  html`
    <button
      type="button"
      class="button"
      aria-pressed=${one.value === word}
      @click=${() => one.form.write(one.path, one.value === word ? undefined : word)}
    >${word}</button>
  `;

export const text = (one) => input(one, { show: String, read: (typed) => typed });

/** Short texts, separated by commas. */
export const texts = (one) => input(one, { show: (value) => shownValues(value), read: textsOf });

/** A list of values of any type: numbers, names, or JSON. */
export const values = (one) => input(one, { show: shownValues, read: valuesOf });

/** Any JSON. */
export const written = (one) => input(one, { show: (value) => JSON.stringify(value), read: jsonOf });

export const longText = (one) =>
  html`
    <textarea class="input" rows="2" id=${one.id} aria-describedby=${`${one.id}-help`}
      .value=${live(one.value ?? "")}
      @input=${(event) => one.form.write(one.path, event.target.value || undefined)}
    ></textarea>
  `;

export const switchBox = (one, on, write = (checked) => one.form.write(one.path, checked)) =>
  html`
    <input type="checkbox" id=${one.id} aria-describedby=${`${one.id}-help`}
      .checked=${live(Boolean(on))}
      @change=${(event) => write(event.target.checked)}
    >
  `;

/** While the user types, the field shows the typed text, even if the document contains a shorter form of it. */
export const input = (one, { show, read, mode = "text" }) => {
  const { form, id } = one;
  const written = one.value === undefined || one.value === null ? "" : plainly(one.value, show);
  const typed = (event) => {
    form.type(id, event.target.value);
    form.write(one.path, event.target.value.trim() === "" ? undefined : read(event.target.value));
  };
  return html`
    <input class="input" id=${id} inputmode=${mode} autocomplete="off" spellcheck="false"
      placeholder=${placeholder(one, show)}
      aria-describedby=${`${id}-help`}
      aria-invalid=${one.mistakes.length ? "true" : nothing}
      aria-required=${one.field.required ? "true" : nothing}
      .value=${live(form.typed(id) ?? written)}
      @input=${typed}
      @blur=${() => form.type(id, null)}
    >
  `;
};

const placeholder = (one, show) => {
  const empty = one.fallback === undefined || one.fallback === null || one.fallback.length === 0;
  const shown = empty ? "none" : plainly(one.fallback, show);
  if (one.field.required || one.field.form.startsWith("text")) return "";
  return one.inherits ? `${shown} (inherited)` : shown;
};

/** The text in the control; a value of another type is shown as JSON. */
const plainly = (value, show) => {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? show(value) : JSON.stringify(value);
};

const numberOf = (typed) => (NUMBER.test(typed.trim()) ? Number(typed) : typed.trim());

const textsOf = (typed) => typed.split(",").map((part) => part.trim()).filter(Boolean);

const shownValues = (value) => value.map((item) => (typeof item === "string" ? item : JSON.stringify(item))).join(", ");

/** Values separated by commas; a text with braces or brackets is read as JSON. */
const valuesOf = (typed) => {
  if (/[[{"]/.test(typed)) return jsonOf(`[${typed}]`);
  return textsOf(typed).map((part) => (WORDS.has(part) ? JSON.parse(part) : numberOf(part)));
};

const jsonOf = (typed) => {
  try {
    return JSON.parse(typed);
  } catch {
    return typed;
  }
};
