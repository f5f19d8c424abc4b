// Controls to choose one of a few options.

import { html, live, nothing } from "../../../template.js";
import { visible } from "../../../visible.js";
import { wording } from "./labels.js";

const LEFT = "";

/** Choose one of the field's options. */
export const chooser = (one) => {
  const none = one.inherits || one.fallback === null || one.fallback === undefined;
  const options = one.field.options.map((option) => [option, one.field.isVerbatim ? visible(option) : wording(option)]);
  const chosen = one.value ?? (none ? LEFT : one.fallback);
  const left = none && !(one.field.required && one.value !== undefined) ? [[LEFT, unsaid(one)]] : [];
  return selectBox(
    one,
    [...left, ...options],
    chosen,
    (value) => one.form.write(one.path, value === LEFT ? undefined : value),
  );
};

/** The text of the option that stands for no choice. */
const unsaid = (
  one,
) => (one.inherits ? inherited(wording(one.fallback)) : one.field.required ? "choose …" : one.field.unsaid ?? "none");

export const inherited = (what) => `${what} (inherited)`;

/**
 * A select. A value that is not among its options, which JSON may contain, is shown nevertheless.
 *
 * @param {[value: string, label: string][]} options
 */
export const selectBox = (one, options, chosen, write) => {
  const known = options.some(([value]) => value === chosen);
  const all = known ? options : [...options, [chosen, typeof chosen === "string" ? chosen : JSON.stringify(chosen)]];
  const index = all.findIndex(([value]) => value === chosen);
  return html`
    <select class="input" id=${one.id}
      aria-describedby=${`${one.id}-help`}
      aria-invalid=${one.mistakes.length ? "true" : nothing}
      .value=${live(String(index))}
      @change=${(event) => write(all[Number(event.target.value)][0])}
    >
      ${all.map(([, label], i) => html`<option value=${i} ?selected=${i === index}>${label}</option>`)}
    </select>
  `;
};
