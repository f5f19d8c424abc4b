// The spec of an experiment, its differences, and code that creates the experiment again.

import { copy } from "../../copy.js";
import { icon } from "../../icons.js";
import { html, nothing } from "../../template.js";
import { visible, visibleJson } from "../../visible.js";
import { requestOf, WAYS } from "./snippets.js";

export class SpecTab {
  #way = 0;

  /** @param {import("../experiment.js").TabContext} context */
  constructor({ draw }) {
    this.draw = draw;
  }

  /** @param {any} experiment */
  view(experiment) {
    return html`
      ${changes(experiment)}
      <div class="halves">${resolved(experiment)} ${this.#reproduce(experiment)}</div>
    `;
  }

  /** @param {any} experiment */
  #reproduce(experiment) {
    const request = requestOf(experiment);
    if (!request) {
      return framed(
        nothing,
        html`<p class="muted">It continued from a checkpoint of an experiment that was deleted.</p>`,
      );
    }
    const { name, text: write } = WAYS[this.#way];
    const text = visibleJson(write(request));
    return framed(
      html`
        <div class="segments" role="group" aria-label="From">${WAYS.map(({ name }, i) => this.#button(name, i))}</div>
        ${copyButton(text, "The snippet")}
      `,
      code(text, `${name} snippet`),
    );
  }

  /** @param {string} name @param {number} way */
  #button(name, way) {
    const choose = () => {
      this.#way = way;
      this.draw();
    };
    return html`<button aria-pressed=${way === this.#way} @click=${choose}>${name}</button>`;
  }
}

/** The differences of its spec from that of its parent or of its sweep's base. @param {any} experiment */
const changes = ({ changes, forked_from: parent }) =>
  changes?.length
    ? html`
      <section class="card" aria-labelledby="changes-title">
        <h2 id="changes-title">Changes</h2>
        <div class="table" tabindex="0" role="region" aria-labelledby="changes-title">
          <table>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                <th scope="col">${parent ? "Parent" : "Base of the sweep"}</th>
                <th scope="col">This experiment</th>
              </tr>
            </thead>
            <tbody>${changes.map(change)}</tbody>
          </table>
        </div>
      </section>
    `
    : nothing;

/** @param {{ path: string, from: unknown, to: unknown }} change */
const change = ({ path, from, to }) =>
  html`
    <tr>
      <th scope="row">${visible(path)}</th>
      <td>${short(from)}</td>
      <td>${short(to)}</td>
    </tr>
  `;

const short = (/** @type {unknown} */ value) => {
  if (value === null) return "–";
  return visible(typeof value === "string" ? value : JSON.stringify(value));
};

/** @param {unknown} controls @param {unknown} content */
const framed = (controls, content) =>
  html`
    <section class="card" aria-labelledby="again-title">
      <div class="card-head"><h2 id="again-title">Run it again</h2>${controls}</div>
      ${content}
    </section>
  `;

/** @param {any} experiment */
const resolved = ({ spec, fingerprint }) => {
  const text = visibleJson(JSON.stringify(spec, null, 2));
  return html`
    <section class="card" aria-labelledby="spec-title">
      <div class="card-head">
        <h2 id="spec-title">Resolved spec</h2>
        <span class="muted small" title="Fingerprint, the SHA-256 of every setting that affects the numbers: ${fingerprint}">${fingerprint
          .slice(
            0,
            12,
          )}</span>
        ${copyButton(text, "The spec")}
      </div>
      ${code(text, "Resolved spec")}
    </section>
  `;
};

/** @param {string} text @param {string} what */
const copyButton = (text, what) =>
  html`
    <button class="quiet" aria-label="Copy ${what.toLowerCase()}" title="Copy" @click=${() => copy(text, what)}>
      ${icon("copy")}
    </button>
  `;

/** @param {string} text @param {string} label */
const code = (text, label) =>
  html`<pre class="code" tabindex="0" role="region" aria-label=${label}><code>${text}</code></pre>`;
