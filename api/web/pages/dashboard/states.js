// What a page shows when it has nothing to show yet, nothing at all, or a problem.

import { at, here } from "./address.js";
import { icon } from "./icons.js";
import { html, nothing } from "./template.js";
import { visibleLines } from "./visible.js";

export const loading = () => html`<p class="state" role="status">Loading …</p>`;

/**
 * Nothing is here, and what to do about it.
 *
 * @param {string} title
 * @param {unknown} text
 * @param {unknown} actions
 */
export const empty = (title, text, actions = nothing) =>
  html`
    <div class="state">
      <h2>${title}</h2>
      <p>${text}</p>
      <div class="row">${actions}</div>
    </div>
  `;

/** Lists of what has pages of its own, by the beginning of its address. */
const LISTS = [["/data/", "/data", "All data sets"], ["/sweeps/", "/sweeps", "All sweeps"]];

/** Where a page leads that has nothing to show. */
const upwards = () => {
  const [, list, words] = LISTS.find(([start]) => here().startsWith(start)) ?? ["", "/", "All experiments"];
  return html`<a class="button" href=${at(list)}>${words}</a>`;
};

/** Something went wrong; `again` tries once more. */
export const failure = (error, again) =>
  html`
    <div class="state" role="alert">
      <h1>${error.status === 404 ? "Not found" : "Something went wrong"}</h1>
      <p>${visibleLines(error.message)}</p>
      <div class="row">
        ${again && error.status !== 404 ? html`<button class="button" @click=${again}>Try again</button>` : nothing}
        ${upwards()}
      </div>
    </div>
  `;

export const nowhere = () =>
  html`
    <div class="state">
      <h1>Not found</h1>
      <p>There is nothing at this address: it may have been deleted, or the link has a typo.</p>
      <div class="row">${upwards()}</div>
    </div>
  `;

/** A sentence beside what it is about: `kind` is "info", "warning" or "error". */
export const note = (kind, content) =>
  html`
    <div class="note note-${kind}">${icon(kind === "info" ? "info" : "warning")}<div>${content}</div></div>
  `;
