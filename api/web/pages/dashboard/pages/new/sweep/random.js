// A random search: the number of draws, and for each path the distribution of its values.

import { icon } from "../../../icons.js";
import { html } from "../../../template.js";
import { field } from "../form/field.js";
import { createForm } from "../form/form.js";
import { join } from "../pointer.js";
import { entriesOf, keyInput, removeButton, renamed, without } from "./rows.js";

/** @param {object} sweep see `sweep.js` */
export const random = (sweep) => {
  const search = sweep.document.random ?? {};
  const space = search.space ?? {};
  const form = createForm({
    ...sweep.shared,
    base: "random",
    description: sweep.search,
    document: () => search,
    changed: (next) => sweep.set("random", next),
  });
  const put = (next) => sweep.set("random", { ...search, space: next });
  return html`
    <p class="hint">Combinations are drawn at random. Drawing more later keeps those already drawn.</p>
    <div class="options">
      ${sweep.search.fields.filter(({ key }) => key !== "space").map((one) =>
        field(form, [one.key], one, search[one.key])
      )}
    </div>
    <ul class="variants">${entriesOf(space).map(([path, drawn], i) => row(sweep, space, put, path, drawn, i))}</ul>
    <button type="button" class="button" @click=${() =>
      put({ ...space, [sweep.freePath(space)]: { kind: sweep.space.kinds[0].kind } })}>
      ${icon("plus")} Path
    </button>
  `;
};

const row = (sweep, space, put, path, drawn, i) => {
  const document = { from: drawn };
  const from = { ...sweep.space, key: "from", required: true };
  const form = createForm({
    ...sweep.shared,
    base: "random/space",
    description: { form: "object", fields: [from], shorthand: { names: [], number: false } },
    document: () => document,
    changed: (next) => put({ ...space, [path]: next.from }),
    keep: true,
  });
  const placed = { ...form, place: ([, ...rest]) => [path, ...rest].reduce(join, "random/space") };
  return html`
    <li class="variant">
      <div class="variant-head">
        ${keyInput({
          id: `space-${i}`,
          name: `Path ${i + 1}`,
          key: path,
          taken: Object.keys(space),
          rename: (name) => put(renamed(space, path, name)),
          list: "sweep-paths",
        })}
        ${removeButton(path, () => put(without(space, path)))}
      </div>
      ${field({ ...placed, id: (at) => `space-${i}-${at.join("-")}` }, ["from"], from, drawn)}
    </li>
  `;
};
