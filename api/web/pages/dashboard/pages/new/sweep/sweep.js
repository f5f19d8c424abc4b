// The part of the form that turns a spec into a sweep: the changes, the seeds, and the objective.

import { scores } from "../../../metrics.js";
import { html } from "../../../template.js";
import { field } from "../form/field.js";
import { createForm } from "../form/form.js";
import { wording } from "../form/labels.js";
import { straysAt } from "../form/mistakes.js";
import { input } from "../form/plain.js";
import { isObject } from "../json/link.js";
import { COLUMNS, columns } from "./columns.js";
import { grid } from "./grid.js";
import { pathsOf } from "./paths.js";
import { random } from "./random.js";
import { without } from "./rows.js";
import { seedsOf, seedsText } from "./seeds.js";
import { variants } from "./variants.js";

const WAYS = {
  variants: { name: "Variants", key: "variants", draw: variants, fresh: {} },
  columns: { name: "Columns", key: "variants", draw: columns, fresh: COLUMNS },
  grid: { name: "Grid", key: "grid", draw: grid, fresh: {} },
  random: { name: "Random", key: "random", draw: random, fresh: { n: 10, space: {} } },
};

/**
 * @param {object} page
 * @param {object} page.draft the draft, whose document is the request
 * @param {object} page.spec the description of a spec
 * @param {object} page.request the description of a sweep's request
 * @param {object} page.shared what the forms share
 * @param {object | null} page.dataset the data set of the base
 */
export const sweepForm = ({ draft, spec, request, shared, dataset }) => {
  const { document } = draft;
  const [search, objective, name] = ["random", "objective", "name"].map((key) =>
    request.fields.find((one) => one.key === key)
  );
  const form = createForm({
    ...shared,
    base: "",
    description: request,
    document: () => draft.document,
    changed: draft.replace,
  });
  const base = document.base ?? {};
  const paths = pathsOf(spec, base);
  const sweep = {
    document,
    base,
    paths,
    form,
    search,
    space: spaceOf(search),
    description: spec,
    shared: { ...shared, description: spec },
    mistakes: form.mistakes,
    set: (key, value) =>
      draft.replace(value === undefined ? without(draft.document, key) : { ...draft.document, [key]: value }),
    freePath: (taken) => [...paths.keys()].find((path) => !(path in taken) && path.startsWith("optimizer.")) ?? "",
  };
  const scored = scores("validation").find(({ tasks }) => !dataset || tasks.includes(dataset.task));
  const usual = { metric: scored?.key };
  return html`
    <section class="card" aria-labelledby="section-sweep">
      <h2 id="section-sweep">Sweep</h2>
      <div class="options">${field(form, ["name"], name, document.name)} ${seeds(sweep)}</div>
      ${field(form, ["objective"], objective, document.objective, usual)}
    </section>
    <section class="card" aria-labelledby="section-changes">
      <div class="card-head"><h2 id="section-changes">Changes</h2>${ways(draft, dataset)}</div>
      ${WAYS[wayOf(document)].draw(sweep)}
      <datalist id="sweep-paths">${[...paths.keys()].map((path) => html`<option value=${path}></option>`)}</datalist>
    </section>
  `;
};

/** The distribution of draws, whose kinds have no titles in the schema. */
const spaceOf = (search) => {
  const { values } = search.fields.find(({ key }) => key === "space");
  return { ...values, kinds: values.kinds.map((one) => ({ ...one, title: wording(one.kind) })) };
};

const wayOf = (document) => {
  if (document.variants === COLUMNS) return "columns";
  return Object.keys(WAYS).find((way) => document[way]) ?? "variants";
};

/** Whether the form was opened and nothing is varied yet, which is not a mistake. */
export const isUntouched = ({ variants: given, grid: axes, random: search }) =>
  isObject(given) && !Object.keys(given).length && axes === undefined && search === undefined;

/** Built-in data sets have no columns. */
const waysFor = (draft, dataset) =>
  Object.entries(WAYS).filter(([way]) =>
    way !== "columns" || (dataset && !dataset.built_in) || wayOf(draft.document) === way
  );

const ways = (draft, dataset) =>
  html`
    <div class="segments" role="group" aria-label="Kind of sweep">
      ${waysFor(draft, dataset).map(([way, { name }]) =>
        html`
          <button type="button" aria-pressed=${wayOf(draft.document) === way} @click=${() =>
            choose(draft, way)}>${name}</button>
        `
      )}
    </div>
  `;

const choose = (draft, way) => {
  const { key, fresh } = WAYS[way];
  if (wayOf(draft.document) === way && draft.document[key]) return;
  const rest = Object.entries(draft.document).filter(([one]) => !(one in WAYS));
  draft.replace({ ...Object.fromEntries(rest), [key]: fresh });
};

const seeds = (sweep) => {
  const mistakes = [...new Set(straysAt(sweep.mistakes, "seeds", []))];
  const form = { ...sweep.form, write: (_, value) => sweep.set("seeds", value) };
  const one = {
    form,
    id: "field-seeds",
    path: ["seeds"],
    field: { form: "seeds", required: false },
    value: sweep.document.seeds,
    fallback: [sweep.base.seed ?? 0],
    mistakes,
  };
  return html`
    <div class="field ${mistakes.length ? "field-wrong" : ""}">
      <label for="field-seeds">Seeds</label>
      ${input(one, { show: seedsText, read: seedsOf })}
      <div id="field-seeds-help" class="help">
        ${mistakes.map((message) => html`<p class="mistake">${message}</p>`)}
        <p class="hint">Each change is trained once with each seed. Write how many, such as 5 for the seeds 0 to 4, or which, such as 0,1,7 or 3-9. Three or more show how certain a difference is.</p>
      </div>
    </div>
  `;
};
