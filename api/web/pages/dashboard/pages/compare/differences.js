// The differences between specs: the paths whose values are not the same in all specs.

import { visible } from "../../visible.js";
import { choices } from "./choices.js";

const FOR_PEOPLE = new Set(["name", "tags", "notes", "priority"]);
const NONE = "–";

/**
 * A key that only some specs can have, such as Adam's betas, is omitted while all of them have its default.
 *
 * @param {object[]} specs resolved specs
 * @param {object} description of a spec
 * @returns {{path: string, values: any[]}[]} a value for each spec, undefined where it has none
 */
export const differences = (specs, description) => {
  const flat = specs.map(flattened);
  const chosen = new Set(specs.flatMap((spec) => [...choices(spec, description)]));
  const telling = (path) => chosen.has(path) || flat.every((one) => one.has(path));
  const paths = [...new Set(flat.flatMap((one) => [...one.keys()]))].filter(telling).sort(byDepth);
  const rows = paths.map((path) => ({ path, values: flat.map((one) => one.get(path)) }));
  return withoutEchoes(rows.filter(({ values }) => values.some((value) => value !== values[0])));
};

/** A value of a spec as text. */
export const written = (value) => {
  if (value === undefined || value === null) return NONE;
  if (value === true || value === false) return value ? "yes" : "no";
  return typeof value === "number" ? digits(value) : visible(String(value));
};

/** A number with all chosen digits, without rounding errors from the arithmetic of a grid. */
const digits = (value) => String(Number(value.toPrecision(12))).replace("e+", "e").replaceAll("-", "−");

/** All leaves by their paths; also the sizes of all layers as one text, to compare networks of different shapes. */
const flattened = (spec) => {
  const leaves = new Map();
  const walk = (value, path) => {
    if (value === null || typeof value !== "object") return leaves.set(path.join("/"), value);
    if (!Array.isArray(value)) leaves.set(path.join("/"), value.kind ?? true);
    for (const [key, item] of Object.entries(value)) if (key !== "kind") walk(item, [...path, key]);
  };
  for (const [key, value] of Object.entries(spec)) {
    if (!FOR_PEOPLE.has(key)) walk(value, [key]);
  }
  for (const path of [...leaves.keys()]) if (/^layers\/\d+\/units$/.test(path)) leaves.delete(path);
  leaves.set("layers", spec.layers.map((layer) => layer.units ?? layer.kind).join("–") || "none");
  return leaves;
};

const byDepth = (one, other) => one.split("/").length - other.split("/").length;

/** Layers repeat values of the experiment: equal differences under the same name are listed once. */
const withoutEchoes = (rows) => {
  const kept = [];
  for (const row of rows) {
    const name = tail(row.path);
    const told = kept.some((other) =>
      tail(other.path) === name && other.values.every((value, i) => value === row.values[i])
    );
    if (!told) kept.push(row);
  }
  return kept;
};

const tail = (path) => path.replace(/^layers\/\d+\//, "");
