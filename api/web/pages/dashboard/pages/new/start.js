// What the page begins with: what its address says, else a small network.

import { datasets } from "../../datasets.js";
import { session } from "../../session.js";
import { describedSpec, describedSweep } from "./descriptions.js";
import { decode, fromHash } from "./json/link.js";
import { parentOf } from "./parent.js";
import { patched } from "./schema/patch.js";

/**
 * @typedef {"spec" | "sweep" | "fork"} Kind what the document is: of an experiment, of a sweep, of a fork
 * @returns {Promise<Record<string, any>>} `kind`, `document`, the `parent` of a fork, whether the link is `unread`, and
 *   what the service knows
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

/** With a `patch`, as a finding proposes it, the document has it already. */
const fork = async (query, spec, linked) => {
  const parent = await parentOf(query.get("fork"), spec);
  const patch = decode(query.get("patch") ?? "");
  return { kind: "fork", parent, document: linked?.document ?? patched(spec, parent.document, patch ?? {}) };
};

const fresh = (sets) => ({ dataset: (sets.find(mayBeLearned) ?? sets[0]).name, layers: [300, 100] });

/** Whether a spec need only name it: one that was uploaded without a target would begin with an error. */
const mayBeLearned = ({ available, built_in: builtIn, target }) => available && (builtIn || target !== null);

/**
 * A sweep of a spec, in which nothing changes yet.
 *
 * @param {Record<string, any>} spec
 */
export const sweepOf = ({ name, ...base }) => ({ ...(name ? { name } : {}), base, variants: {}, seeds: [0, 1, 2] });

/**
 * The base of a sweep as a spec of its own.
 *
 * @param {Record<string, any>} sweep
 */
export const specOf = ({ name, base = {} }) => ({ ...(name ? { name } : {}), ...base });
