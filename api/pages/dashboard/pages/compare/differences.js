// Where specs differ: the paths whose values are not the same in all of them.

const FOR_PEOPLE = new Set(["name", "tags", "notes"]);
const NONE = "–";

/**
 * @param {object[]} specs resolved ones
 * @returns {{path: string, values: any[]}[]} a value for each spec, undefined where it has none
 */
export const differences = (specs) => {
  const flat = specs.map(flattened);
  const paths = [...new Set(flat.flatMap((one) => [...one.keys()]))].sort(byDepth);
  const rows = paths.map((path) => ({ path, values: flat.map((one) => one.get(path)) }));
  return withoutEchoes(rows.filter(({ values }) => values.some((value) => value !== values[0])));
};

/** A value of a spec as people read it. */
export const written = (value) => {
  if (value === undefined || value === null) return NONE;
  if (value === true || value === false) return value ? "yes" : "no";
  return typeof value === "number" ? String(value).replace("e-", "e−") : String(value);
};

/** Every leaf by its path; the layers' sizes also as one word, for networks of different shapes. */
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

/**
 * A layer repeats what the network says for all: what differs alike under the same name is told once. What only some
 * have, and all of those alike, is told by the word that brings it: Adam has a beta, batch normalisation a momentum.
 */
const withoutEchoes = (rows) => {
  const kept = [];
  for (const row of rows) {
    const name = tail(row.path);
    const told = kept.some((other) => tail(other.path) === name && other.values.every((value, i) => value === row.values[i]));
    if (!told && !brought(row)) kept.push(row);
  }
  return kept;
};

const tail = (path) => path.replace(/^layers\/\d+\//, "");

const brought = ({ path, values }) => {
  const there = values.filter((value) => value !== undefined);
  return path.includes("/") && there.length < values.length && there.every((value) => value === there[0]);
};
