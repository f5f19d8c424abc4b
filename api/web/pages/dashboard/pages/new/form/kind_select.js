// One of several kinds, and the fields of the kind that is chosen.

import { html, nothing } from "../../../template.js";
import { contract, expand, kindOf } from "../schema/shorthand.js";
import { inherited, selectBox } from "./choice.js";
import { straysAt } from "./mistakes.js";

const LEFT = "";

/** @param field draws a field; given, for fields and kinds have each other inside */
export const kindSelect = (one, field, help) => {
  const there = one.value !== undefined && one.value !== null;
  const kind = kindOf(one.field, there ? one.value : one.fallback);
  const keys = kind.fields.map(({ key }) => key);
  const place = one.form.place(one.path);
  one.mistakes = straysAt(one.form.mistakes, place, there || !one.inherits ? keys : []);
  return html`
    <div class="group">
      <div class="field ${one.mistakes.length ? "field-wrong" : ""}">
        <label for=${one.id}>${one.label}</label>
        ${kinds(one, there, kind)} ${help(one)}
      </div>
      ${there || !one.inherits ? options(one, kind, field) : nothing}
    </div>
  `;
};

const kinds = (one, there, kind) => {
  const known = one.field.kinds.map(({ kind, title }) => [kind, title]);
  const left = one.inherits ? [[LEFT, inherited(kindOf(one.field, one.fallback).title)]] : [];
  const written = expand(one.field, one.value)?.kind;
  const chosen = !there && one.inherits ? LEFT : (written ?? kind.kind);
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

/** The formula of a kind, and where it comes from. */
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
