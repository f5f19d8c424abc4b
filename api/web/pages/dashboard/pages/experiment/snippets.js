// What makes an experiment again, as text for curl, Python and the command line.

import { SERVICE } from "../../address.js";
import { same } from "../new/schema/document.js";

/**
 * What has to be asked for: its spec, or what a fork changed of its parent.
 *
 * @param parent the experiment from whose checkpoint it goes on; undefined if it began from the start
 */
export const askedFor = ({ spec, forked_from: id, forked_epoch: epoch }, parent) =>
  parent ? { id, epoch, changes: changesOf(parent.spec, spec) } : { spec };

/** Layers go along with any change: what they have from the network would follow it. */
const changesOf = (before, after) => {
  const differing = Object.entries(after).filter(([key, value]) => !same(value, before[key]));
  return differing.length ? { ...Object.fromEntries(differing), layers: after.layers } : {};
};

const KEY = "# GRADUS_KEY is a key of the service; that of `gradus up` is in client.json in its data folder";
const FOUND = "# the key is GRADUS_KEY's, else that of `gradus up` on this machine";

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

const python = ({ id, epoch, changes, spec }) =>
  `from gradus import Client

${spec ? "spec" : "changes"} = ${literal(spec ?? changes)}

with Client("${SERVICE}") as client:  ${FOUND}
    experiment = ${
    spec ? "client.experiments.create(spec)" : `client.experiments.get("${id}").fork(changes, from_epoch=${epoch})`
  }
    for row in experiment.watch():
        print(row.epoch, row.validation_accuracy)`;

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

export const WAYS = [
  { name: "curl", text: curl },
  { name: "Python", text: python },
  { name: "Command line", text: shell },
];

const quoted = (word) => `'${word.replaceAll("'", "'\\''")}'`;

/** JSON as Python writes it. */
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
