// The experiment that a fork starts from, and its spec without default values.

import { get, post } from "../../api.js";
import { same, sparse } from "./schema/document.js";
import { contract, expand } from "./schema/shorthand.js";

/** @returns {Promise<{ experiment: object, checkpoints: object[], document: object }>} */
export const parentOf = async (id, spec) => {
  const [experiment, checkpoints] = await Promise.all([
    get(`/v1/experiments/${id}`),
    get(`/v1/experiments/${id}/checkpoints`),
  ]);
  return { experiment, checkpoints: checkpoints.data, document: await unresolved(spec, experiment.spec) };
};

/**
 * A resolved spec without the values that would follow anyway: inherited values of layers, and defaults of the data
 * set. To find them, the spec is resolved again by the service, without these values.
 */
const unresolved = async (spec, document) => {
  const { loss, ...rest } = document;
  const bare = sparse(spec, { ...rest, ...stripped(spec, document) });
  let follows;
  try {
    follows = (await post("/v1/experiments?dry_run=true", bare)).spec;
  } catch {
    return sparse(spec, document); // without the layers' own values, the spec may be invalid
  }
  const { item } = listField(spec);
  const layers = document.layers.map((layer, i) => contract(item, differing(layer, follows.layers[i])));
  const dataset = differing(document.dataset, follows.dataset, DATA);
  return sparse(spec, { ...rest, ...(same(loss, follows.loss) ? {} : { loss }), layers, dataset });
};

const listField = (spec) => spec.fields.find(({ key }) => key === "layers");

const stripped = (spec, document) => {
  const { item } = listField(spec);
  const layers = document.layers.map((layer) => {
    const own = item.kinds.find(({ kind }) => kind === layer.kind).fields.filter(({ default: none }) => none !== null);
    return contract(item, pick(expand(item, layer), ["kind", ...own.map(({ key }) => key)]));
  });
  return { layers, dataset: pick(document.dataset, DATA) };
};

/** The fields that identify the data set, from which all others follow. A built-in data set has only a name. */
const DATA = ["name", "version", "target"];

const pick = (object, keys) => Object.fromEntries(Object.entries(object).filter(([key]) => keys.includes(key)));

const differing = (object, follows, kept = ["kind", "units"]) =>
  Object.fromEntries(Object.entries(object).filter(([key, value]) => kept.includes(key) || !same(value, follows[key])));
