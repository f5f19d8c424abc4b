// Code that creates an experiment again, for curl, Python and the command line.

import { SERVICE } from "../../address.js";

/** The fields for people, which a fork takes over from its parent. */
const FOR_PEOPLE = ["name", "tags", "notes", "priority"];

/**
 * The request: the spec, or the changes of a fork against its parent; null if the checkpoint that the fork continued
 * from was deleted.
 *
 * @param {any} experiment
 */
export const requestOf = ({ spec, forked_from: id, forked_epoch: epoch, changes, best_metric: metric }) => {
  if (epoch === null) return { spec, metric };
  return id === null || !changes ? null : { id, epoch, changes: patchOf(spec, changes), metric };
};

/** A change always includes the layers, because their inherited values would otherwise follow the change. */
const patchOf = (/** @type {any} */ spec, /** @type {{ path: string }[]} */ changes) => {
  const keys = new Set(changes.map(({ path }) => path.split(".")[0]));
  if (keys.size) keys.add("layers");
  return Object.fromEntries([...FOR_PEOPLE, ...keys].map((key) => [key, spec[key]]));
};

const KEY = "# GRADUS_KEY is a key of the service; the key of `gradus up` is in client.json in its data folder";
const FOUND = "# the key comes from GRADUS_KEY, or else from `gradus up` on this machine";

const curl = ({ id, epoch, changes, spec }) => {
  const body = spec ?? { changes, from_epoch: epoch };
  return `${KEY}
curl ${SERVICE}/v1/experiments${spec ? "" : `/${id}/fork`} \\
  -H "Authorization: Bearer $GRADUS_KEY" \\
  -H "Content-Type: application/json" \\
  -d @- <<'SPEC'
${JSON.stringify(body, null, 2)}
SPEC`;
};

const python = ({ id, epoch, changes, spec, metric }) =>
  `from gradus import Client

${spec ? "spec" : "changes"} = ${literal(spec ?? changes)}

with Client("${SERVICE}") as client:  ${FOUND}
    experiment = ${
    spec ? "client.experiments.create(spec)" : `client.experiments.get("${id}").fork(changes, from_epoch=${epoch})`
  }
    for row in experiment.watch():
        print(row.epoch, row.${metric})`;

const shell = (asked) =>
  `${FOUND}
${asked.spec ? submit(asked) : fork(asked)}`;

const submit = ({ spec }) =>
  `gradus submit --url ${SERVICE} --watch - <<'SPEC'
${JSON.stringify(spec, null, 2)}
SPEC`;

const fork = ({ id, epoch, changes }) => {
  const settings = Object.entries(changes).map(([key, value]) =>
    ` \\\n  --set ${quoted(`${key}=${JSON.stringify(value)}`)}`
  );
  return `gradus fork ${id} --url ${SERVICE} --from-epoch ${epoch} --watch${settings.join("")}`;
};

/** @type {{ name: string, text: (request: any) => string }[]} */
export const WAYS = [
  { name: "curl", text: curl },
  { name: "Python", text: python },
  { name: "Command line", text: shell },
];

const quoted = (word) => `'${word.replaceAll("'", "'\\''")}'`;

/** A JSON value as a Python literal. */
const literal = (value, indent = "") => {
  const deeper = `${indent}    `;
  if (value === null) return "None";
  if (value === true || value === false) return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const [begin, end] = Array.isArray(value) ? "[]" : "{}";
  const items = Array.isArray(value)
    ? value.map((item) => literal(item, deeper))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${literal(item, deeper)}`);
  return items.length ? `${begin}\n${items.map((item) => deeper + item).join(",\n")},\n${indent}${end}` : begin + end;
};
