// The same experiment again, from outside: for curl, Python and the command line.

import { copy } from "../../copy.js";
import { icon } from "../../icons.js";
import { html } from "../../template.js";
import { visibleJson } from "../../visible.js";
import { askedFor, WAYS } from "./snippets.js";

/**
 * @param parent the experiment from whose checkpoint it goes on; undefined if there is none, null if that is gone
 * @param way the number of the snippet that is shown
 */
export const reproduce = (experiment, parent, way, choose) => {
  if (parent === null) {
    return framed(html``, html`<p class="muted">It went on from a checkpoint of an experiment that is gone.</p>`);
  }
  const text = visibleJson(WAYS[way].text(/** @type {any} */ (askedFor(experiment, parent))));
  const ways = WAYS.map(({ name }, i) =>
    html`<button aria-pressed=${i === way} @click=${() => choose(i)}>${name}</button>`
  );
  return framed(
    html`<div class="segments" role="group" aria-label="From">${ways}</div>${copyButton(text, "The snippet")}`,
    code(text, `${WAYS[way].name} snippet`),
  );
};

const framed = (controls, content) =>
  html`
    <section class="card" aria-labelledby="again-title">
      <div class="card-head"><h2 id="again-title">Run it again</h2>${controls}</div>
      ${content}
    </section>
  `;

export const resolved = (experiment) => {
  const text = visibleJson(JSON.stringify(experiment.spec, null, 2));
  return html`
    <section class="card" aria-labelledby="spec-title">
      <div class="card-head">
        <h2 id="spec-title">Resolved spec</h2>
        <span class="muted small" title="SHA-256 of all that changes a number: ${experiment.fingerprint}">${experiment
          .fingerprint.slice(0, 12)}</span>
        ${copyButton(text, "The spec")}
      </div>
      ${code(text, "Resolved spec")}
    </section>
  `;
};

const copyButton = (text, what) =>
  html`<button class="quiet" aria-label="Copy ${what.toLowerCase()}" title="Copy" @click=${() => copy(text, what)}>${
    icon("copy")
  }</button>`;

const code = (text, label) =>
  html`<pre class="code" tabindex="0" role="region" aria-label=${label}><code>${text}</code></pre>`;
