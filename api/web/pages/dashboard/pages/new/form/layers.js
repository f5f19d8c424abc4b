// The list of layers, from input to output. Layers can be added, removed and reordered; each has its own fields.

import { figure, whole } from "../../../format.js";
import { icon } from "../../../icons.js";
import { html, nothing } from "../../../template.js";
import { contract, expand, kindOf } from "../schema/shorthand.js";
import { field } from "./field.js";
import { label, wording } from "./labels.js";
import { anyWithin, mistakesAt, straysAt } from "./mistakes.js";
import { drag, moved } from "./reorder.js";

/**
 * @param {object} form
 * @param {object} description of the list
 * @param {{ shapes?: any, dataset?: any }} [known] the dry run of the document, and the sizes of the data
 */
export const layers = (form, description, { shapes = null, dataset = null } = {}) => {
  const path = [description.key];
  const found = form.read(path);
  const list = Array.isArray(found) ? found : [];
  const known = planned(shapes, list.length);
  const strays = [
    ...mistakesAt(form.mistakes, form.place(path)),
    ...(Array.isArray(found) ? [] : straysAt(form.mistakes, form.place(path), [])),
  ];
  return html`
    <div class="layers">
      ${dataset ? end("Input", input(dataset, shapes)) : nothing}
      <ol class="layer-list" id=${form.id(path)}>
        ${list.map((item, i) =>
          layer({ form, path, description: description.item, list, item, i, shape: known?.layers[i] })
        )}
      </ol>
      ${dataset ? end("Output", output(dataset, known?.output)) : nothing}
      ${[...new Set(strays)].map((message) => html`<p class="mistake">${message}</p>`)}
      <div class="row">${description.item.kinds.map((kind) => adder(form, path, description.item, list, kind))}</div>
    </div>
  `;
};

/** The dry run's summaries of the layers and of the output layer; null if it had another number of layers. */
const planned = (shapes, count) => {
  const within = (name) => (node) => node.name === name || node.name.startsWith(`${name}/`);
  const sum = (name) => shapes.layers.filter(within(name)).reduce((sum, node) => sum + node.parameters, 0);
  const has = (i) => shapes?.layers.some(within(`layers/${i}`));
  if (!shapes || (count && !has(count - 1)) || has(count)) return null;
  const layers = Array.from({ length: count }, (_, i) => ({ parameters: sum(`layers/${i}`) }));
  return { layers, output: { parameters: sum("output") } };
};

/** The number of inputs of an uploaded data set depends on the encoding of its columns. */
const input = ({ inputs }, shapes) => {
  const count = inputs ?? shapes?.input_shape?.reduce((product, size) => product * size, 1);
  return count ? `${whole(count)} numbers` : "as the columns are encoded";
};

const output = ({ built_in: isBuiltIn, classes }, shape) => {
  const units = isBuiltIn ? outputUnits(classes.length) : "as the target requires";
  return shape ? `${units} · ${whole(shape.parameters)} parameters` : units;
};

const outputUnits = (classes) => (classes ? `${classes} units, one for each class` : "1 unit");

const end = (name, what) => html`<p class="layer-end"><span>${name}</span><span class="muted">${what}</span></p>`;

const adder = (form, path, item, list, kind) =>
  html`
    <button type="button" class="button" @click=${() => add(form, path, item, list, kind)}>
      ${icon("plus")} ${kind.title} layer
    </button>
  `;

/** A new layer: a copy of the last layer of its kind, with only the required fields. */
const add = (form, path, item, list, kind) => {
  const last = list.map((other) => expand(item, other)).findLast((other) => other && kindOf(item, other) === kind);
  const first = (inner) => (inner.form === "list" ? [FIRST] : FIRST);
  const required = kind.fields.filter((inner) => inner.required).map((one) => [one.key, last?.[one.key] ?? first(one)]);
  form.write(path, [...list, contract(item, { kind: kind.kind, ...Object.fromEntries(required) })]);
  focus(form.id([...path, list.length, required[0]?.[0] ?? "more"]));
};

const FIRST = 100;

const focus = (id) => queueMicrotask(() => document.getElementById(id)?.focus());

const layer = (one) => {
  const { form, path, description, item, i } = one;
  const kind = kindOf(description, item);
  const own = [...path, i];
  const place = form.place(own);
  const rest = kind.fields.filter((inner) => !inner.required);
  const keys = kind.fields.map(({ key }) => key);
  const open = form.unfolded(place, anyWithin(form.mistakes, place, rest.map(({ key }) => key)));
  const strays = straysAt(form.mistakes, place, keys);
  return html`
    <li class="layer" data-item>
      <div class="layer-head">
        ${grip(one)}
        <span class="layer-number">${i + 1}</span>
        <span class="layer-kind">${kind.title}</span>
        ${kind.fields.filter((inner) => inner.required).map((inner) => drawn(one, own, inner))}
        <span class="layer-facts">${facts(one, kind)}</span>
        ${tools(one, own, open)}
      </div>
      ${strays.map((message) => html`<p class="mistake">${message}</p>`)}
      ${open ? html`<div class="options layer-more">${rest.map((inner) => drawn(one, own, inner))}</div>` : nothing}
    </li>
  `;
};

/** A field of a layer. If the experiment has the same field, the layer inherits its value by default. */
const drawn = ({ form, description, item }, own, inner) => {
  const network = inner.default === null ? form.description.fields.find(({ key }) => key === inner.key) : undefined;
  const value = expand(description, item)?.[inner.key];
  const inherited = network && (form.network(inner.key) ?? network.default);
  return field(
    form,
    [...own, inner.key],
    inner,
    value ?? undefined,
    network ? inherited : inner.default,
    Boolean(network),
  );
};

const facts = ({ description, item, shape }, kind) => {
  const { kind: _, ...object } = expand(description, item) ?? {};
  const own = kind.fields.filter(({ key, required }) => !required && key in object);
  return html`
    ${own.map(({ key }) => html`<span class="tag">${told(key, object[key])}</span>`)}
    ${shape ? html`<span class="muted">${whole(shape.parameters)} parameters</span>` : nothing}
  `;
};

const told = (key, value) => {
  if (value === true) return label(key);
  if (value === false) return `no ${wording(key)}`;
  if (typeof value === "number") return `${label(key)} ${figure(value)}`;
  return typeof value === "string" ? wording(value) : `${label(key)} ${value?.kind ?? ""}`;
};

const grip = (one) =>
  html`
    <button type="button" class="quiet grip" title="Drag, or press the arrow keys"
      aria-label=${`Move layer ${one.i + 1}: arrow keys`} id=${one.form.id([...one.path, one.i, "grip"])}
      @pointerdown=${(event) => drag(event, (from, to) => move(one, from, to))}
      @keydown=${(event) => arrows(event, one)}
    >${icon("grip")}</button>
  `;

const arrows = (event, one) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  if (move(one, one.i, one.i + step)) focus(one.form.id([...one.path, one.i + step, "grip"]));
};

const move = ({ form, path, list }, from, to) => {
  if (to < 0 || to >= list.length) return false;
  const open = list.map((_, i) => form.unfolded(form.place([...path, i]), false));
  moved(open, from, to).forEach((was, i) => form.fold(form.place([...path, i]), was));
  form.write(path, moved(list, from, to));
  form.say(`Layer ${from + 1} is now layer ${to + 1} of ${list.length}`);
  return true;
};

const tools = (one, own, open) => {
  const { form, i, list } = one;
  const name = `layer ${i + 1}`;
  const button = (drawing, what, run, off = false) =>
    html`
      <button type="button" class="quiet" aria-label=${what} title=${what} ?disabled=${off}
        @click=${run}>${icon(drawing)}</button>
    `;
  return html`
    <span class="layer-tools">
      <button type="button" class="quiet" aria-expanded=${open} id=${form.id([...own, "more"])}
        @click=${() => form.fold(form.place(own), !open)}>${open
          ? "less"
          : "more"}<span class="hidden-label"> of ${name}</span></button>
      ${button("up", `Move ${name} up`, () => move(one, i, i - 1), i === 0)}
      ${button("down", `Move ${name} down`, () => move(one, i, i + 1), i === list.length - 1)}
      ${button("close", `Remove ${name}`, () => remove(one))}
    </span>
  `;
};

const remove = ({ form, path, list, i }) => {
  const open = list.map((_, at) => form.unfolded(form.place([...path, at]), false)).toSpliced(i, 1);
  [...open, false].forEach((was, at) => form.fold(form.place([...path, at]), was));
  form.write(path, list.toSpliced(i, 1));
  form.say(`Layer ${i + 1} was removed`);
};
