// Descriptions of specs and sweeps, from the service's catalog.

import { get } from "../../api.js";
import { catalog } from "../../catalog.js";
import { datasets } from "../../datasets.js";
import { describe } from "./schema/describe.js";
import { sparse } from "./schema/document.js";

/**
 * @returns {Promise<{ spec: object, examples: Object<string, object> }>} the examples contain only values that differ
 *   from the defaults
 */
export const describedSpec = () => (asked.spec ??= forget("spec", read()));

/** The description of a sweep's request, which the catalogue does not have. */
export const describedSweep = () => (asked.request ??= forget("request", readRequest()));

const asked = {};

/** Milliseconds for which it is cached. It contains the names of data sets, and other users may upload some. */
const FRESH = 1000;

/** If the request has failed, or the result is old, the next call repeats the request. */
const forget = (name, answer) => {
  answer.catch(() => delete asked[name]);
  setTimeout(() => delete asked[name], FRESH);
  return answer;
};

/** This part does not change while a page is open. */
let openapi = null;
const schemasOfRequests = () => {
  openapi ??= get("/openapi.json").catch((error) => {
    openapi = null;
    throw error;
  });
  return openapi;
};

const read = async () => {
  const [{ spec: schema, examples }, sets] = await Promise.all([catalog(), datasets()]);
  const spec = describe(withNames(schema, sets), named(schema.$defs, "Dataset", sets));
  const short = Object.entries(examples).map(([name, example]) => [name, sparse(spec, example)]);
  return { spec, examples: Object.fromEntries(short) };
};

/** The definitions, in which the name of a data set is a choice between the service's data sets. */
const named = (definitions, model, sets) => {
  const { [model]: dataset } = definitions;
  const name = { ...dataset.properties.name, enum: [...sets.keys()] };
  return { ...definitions, [model]: { ...dataset, properties: { ...dataset.properties, name } } };
};

/** The schema of a spec, in which a name in place of a data set is a choice between the service's data sets. */
const withNames = (schema, sets) => {
  const { dataset } = schema.properties;
  const anyOf = dataset.anyOf.map((branch) => branch.type === "string" ? { enum: [...sets.keys()] } : branch);
  return { ...schema, properties: { ...schema.properties, dataset: { ...dataset, anyOf } } };
};

/** The spec without its name, because a sweep names its members itself. */
const unnamed = (spec, base) => {
  const { name: _, ...rest } = sparse(spec, base);
  return rest;
};

const readRequest = async () => {
  const [{ spec }, { components, paths }, sets] = await Promise.all([
    describedSpec(),
    schemasOfRequests(),
    datasets(),
  ]);
  const SpecInput = withNames(components.schemas.SpecInput, sets);
  const schemas = { ...named(components.schemas, "DatasetInput", sets), SpecInput };
  const { examples } = paths["/v1/sweeps"].post.requestBody.content["application/json"];
  const short = Object.entries(examples ?? {}).map((
    [name, { value }],
  ) => [name, { ...value, base: unnamed(spec, value.base) }]);
  return { ...describe(schemas.SweepRequest, schemas), examples: Object.fromEntries(short) };
};
