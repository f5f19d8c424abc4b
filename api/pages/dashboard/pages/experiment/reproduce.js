// The same experiment again, from outside: for curl, Python and the command line.

import { html } from "/pages/vendor/lit-html/lit-html.js";
import { copy } from "../../copy.js";
import { icon } from "../../icons.js";

/** `way` is the number of the one that is shown, `keyed` whether the service wants a key of us. */
export const reproduce = (experiment, way, keyed, choose) => {
  const text = WAYS[way].text(experiment.spec, keyed);
  return html`
    <section class="card" aria-labelledby="again-title">
      <div class="card-head">
        <h2 id="again-title">Run it again</h2>
        <div class="segments" role="group" aria-label="From">
          ${WAYS.map(({ name }, i) => html`<button aria-pressed=${i === way} @click=${() => choose(i)}>${name}</button>`)}
        </div>
        ${copyButton(text, "The snippet")}
      </div>
      ${code(text, `${WAYS[way].name} snippet`)}
    </section>
  `;
};

export const resolved = (experiment) => {
  const text = JSON.stringify(experiment.spec, null, 2);
  return html`
    <section class="card" aria-labelledby="spec-title">
      <div class="card-head">
        <h2 id="spec-title">Resolved spec</h2>
        <span class="muted small" title="SHA-256 of all that changes a number: ${experiment.fingerprint}">${experiment.fingerprint.slice(0, 12)}</span>
        ${copyButton(text, "The spec")}
      </div>
      ${code(text, "Resolved spec")}
    </section>
  `;
};

const copyButton = (text, what) =>
  html`<button class="quiet" aria-label="Copy ${what.toLowerCase()}" title="Copy" @click=${() => copy(text, what)}>${icon("copy")}</button>`;

const code = (text, label) => html`<pre class="code" tabindex="0" role="region" aria-label=${label}><code>${text}</code></pre>`;

const curl = (document, keyed) => `curl ${location.origin}/v1/experiments \\${keyed ? '\n  -H "Authorization: Bearer $GRADUS_KEY" \\' : ""}
  -H "Content-Type: application/json" \\
  -d @- <<'SPEC'
${JSON.stringify(document, null, 2)}
SPEC`;

const python = (document, keyed) => `from gradus import Client

spec = ${literal(document)}

with Client("${location.origin}") as client:${keyed ? "  # its key is in GRADUS_KEY" : ""}
    run = client.experiments.create(spec)
    for row in run.watch():
        print(row.epoch, row.validation_accuracy)`;

const shell = (document, keyed) => `${keyed ? "# its key is in GRADUS_KEY\n" : ""}gradus submit --url ${location.origin} --watch - <<'SPEC'
${JSON.stringify(document, null, 2)}
SPEC`;

const WAYS = [
  { name: "curl", text: curl },
  { name: "Python", text: python },
  { name: "Command line", text: shell },
];

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
