// A grid: every combination of the values of some paths.

import { icon } from "../../../icons.js";
import { html } from "../../../template.js";
import { wording } from "../form/labels.js";
import { straysAt } from "../form/mistakes.js";
import { values } from "../form/plain.js";
import { join } from "../pointer.js";
import { same } from "../schema/document.js";
import { entriesOf, keyInput, removeButton, renamed, without } from "./rows.js";

/** @param {object} sweep see `sweep.js` */
export const grid = (sweep) => {
  const all = sweep.document.grid ?? {};
  return html`
    <p class="hint">Every combination of these values is trained.</p>
    <ul class="variants">${entriesOf(all).map(([path, list], i) => row(sweep, all, path, [list].flat(), i))}</ul>
    <button type="button" class="button" @click=${() => sweep.set("grid", { ...all, [sweep.freePath(all)]: [] })}>
      ${icon("plus")} Path
    </button>
  `;
};

const row = (sweep, all, path, list, i) => {
  const become = (next) => sweep.set("grid", { ...all, [path]: next ?? [] });
  const mistakes = straysAt(sweep.mistakes, join("grid", path), []);
  const options = optionsOf(sweep.paths.get(path));
  return html`
    <li class="variant">
      <div class="variant-head">
        ${keyInput({
          id: `grid-${i}`,
          name: `Path ${i + 1}`,
          key: path,
          taken: Object.keys(all),
          rename: (name) => sweep.set("grid", { ...renamed(all, path, name), [name]: [] }),
          list: "sweep-paths",
        })}
        ${removeButton(path, () => sweep.set("grid", without(all, path)))}
      </div>
      ${options && list.every((value) => options.some((option) => same(option, value)))
        ? chips(path, options, list, become)
        : typed(sweep, path, list, become, i)}
      ${[...new Set(mistakes)].map((message) => html`<p class="mistake">${message}</p>`)}
    </li>
  `;
};

const optionsOf = (field) => {
  if (field?.form === "choice") return field.options;
  if (field?.form === "union") return field.kinds.map(({ kind }) => kind);
  if (field?.form === "flag" || field?.switchable) return [false, true];
  return null;
};

const chips = (path, options, list, become) => {
  const flip = (option) => {
    const chosen = options.filter((one) => (same(one, option) ? !list.includes(one) : list.includes(one)));
    become(chosen);
  };
  return html`
    <div class="chips" role="group" aria-label=${`Values of ${path}`}>
      ${options.map((option) =>
        html`
          <button type="button" class="chip" aria-pressed=${list.includes(option)} @click=${() =>
            flip(option)}>${wording(option)}</button>
        `
      )}
    </div>
  `;
};

const typed = (sweep, path, list, become, i) => {
  const id = `grid-values-${i}`;
  const form = { ...sweep.form, write: (_, value) => become(value) };
  const field = { form: "values", required: true };
  return html`
    <div class="field">
      <label for=${id}>Values of ${path}, separated by commas</label>
      ${values({ form, id, path: [], field, value: list.length ? list : undefined, mistakes: [] })}
      <div id=${`${id}-help`} class="help"></div>
    </div>
  `;
};
