// The initial document of the page: the one in its address, else a small network.

import { datasets } from "../../datasets.js";
import { session } from "../../session.js";
import { describedSpec, describedSweep } from "./descriptions.js";
import { decode, fromHash } from "./json/link.js";
import { parentOf } from "./parent.js";
import { patched } from "./schema/patch.js";

/**
 * @typedef {"spec" | "sweep" | "fork"} Kind whether the document is an experiment, a sweep or a fork
 * @returns {Promise<Record<string, any>>} `kind`, `document`, the `parent` of a fork, whether the link is `unread`
 *   because it is invalid, and the descriptions from the service
 */
export const begin = async (query) => {
  const linked = fromHash(location.hash);
  const unread = Boolean(location.hash) && !linked;
  const [{ spec, examples }, sets, request] = await Promise.all([
    describedSpec(),
    datasets(),
    describedSweep(),
    session(),
  ]);
  const known = { spec, examples, sets: [...sets.values()], request, unread, parent: null };
  if (query.get("fork")) return { ...known, ...(await fork(query, spec, linked)) };
  if (linked?.kind === "sweep") return { ...known, kind: "sweep", document: linked.document };
  if (linked) return { ...known, kind: "spec", document: linked.document };
  const document = fresh(known.sets);
  return query.has("sweep")
    ? { ...known, kind: "sweep", document: sweepOf(document) }
    : { ...known, kind: "spec", document };
};

/** A `patch`, which a finding proposes, is already applied to the document. */
const fork = async (query, spec, linked) => {
  const parent = await parentOf(query.get("fork"), spec);
  const patch = decode(query.get("patch") ?? "");
  return { kind: "fork", parent, document: linked?.document ?? patched(spec, parent.document, patch ?? {}) };
};

const fresh = (sets) => ({ dataset: (sets.find(mayBeLearned) ?? sets[0]).name, layers: [300, 100] });

/**
 * Whether a spec can use the data set by its name alone: without a default target, the form would start with an error.
 */
const mayBeLearned = ({ available, built_in: builtIn, target }) => available && (builtIn || target !== null);

/**
 * A sweep of a spec, without changes yet.
 *
 * @param {Record<string, any>} spec
 */
export const sweepOf = ({ name, ...base }) => ({ ...(name ? { name } : {}), base, variants: {}, seeds: [0, 1, 2] });

/**
 * The base of a sweep as a spec.
 *
 * @param {Record<string, any>} sweep
 */
export const specOf = ({ name, base = {} }) => ({ ...(name ? { name } : {}), ...base });
