// A choice between kinds, with the fields of the chosen kind.

import { html, nothing } from "../../../template.js";
import { contract, expand, kindOf } from "../schema/shorthand.js";
import { inherited, selectBox } from "./choice.js";
import { straysAt } from "./mistakes.js";

const LEFT = "";

/** @param field draws a field; passed as an argument, because fields and kinds contain each other */
export const kindSelect = (one, field, help) => {
  const there = one.value !== undefined && one.value !== null;
  const kind = kindOf(one.field, there ? one.value : one.fallback);
  const keys = kind.fields.map(({ key }) => key);
  const place = one.form.place(one.path);
  const isShown = there || !mayBeLeft(one);
  one.mistakes = straysAt(one.form.mistakes, place, isShown ? keys : []);
  return html`
    <div class="group">
      <div class="field ${one.mistakes.length ? "field-wrong" : ""}">
        <label for=${one.id}>${one.label}</label>
        ${kinds(one, there, kind)} ${help(one)}
      </div>
      ${isShown ? options(one, kind, field) : nothing}
    </div>
  `;
};

/** Whether the value may be omitted: it is inherited from the experiment, or the service chooses it from the data. */
const mayBeLeft = ({ inherits, field, fallback, form }) =>
  inherits || (!form.keep && field.nullable && (fallback ?? null) === null);

const kinds = (one, there, kind) => {
  const known = one.field.kinds.map(({ kind, title }) => [kind, title]);
  const unsaid = one.inherits ? inherited(kindOf(one.field, one.fallback).title) : "by default";
  const left = mayBeLeft(one) ? [[LEFT, unsaid]] : [];
  const written = expand(one.field, one.value)?.kind;
  const chosen = !there && mayBeLeft(one) ? LEFT : (written ?? kind.kind);
  return selectBox(one, [...left, ...known], chosen, (value) => one.form.write(one.path, chosenValue(one, value)));
};

const chosenValue = (one, kind) => {
  if (kind === LEFT) return undefined;
  return one.form.keep ? { kind } : contract(one.field, { kind });
};

const options = (one, kind, field) => {
  const object = expand(one.field, one.value) ?? {};
  const before = expand(one.field, one.fallback);
  const fallback = before?.kind === kind.kind ? before : {};
  return html`
    <div class="nest">
      ${kind.fields.length
        ? html`<div class="options">
        ${
          kind.fields.map((inner) =>
            field(one.form, [...one.path, inner.key], inner, object[inner.key], fallback[inner.key] ?? inner.default)
          )
        }
      </div>`
        : nothing}
      ${kind.description ? formula(kind.description) : nothing}
    </div>
  `;
};

/** The formula of a kind, and its source. */
export const formula = (description) => {
  const [what, source] = description.split(/\s*Source: /);
  return html`
    <p class="formula">${what.replaceAll("`", "")}${source
      ? html`
        <span class="source">${source.replaceAll("`", "")}</span>
      `
      : nothing}</p>
  `;
};
