// What a page shows while it loads, if it is empty, or if there is a problem.

import { at, here } from "./address.js";
import { icon } from "./icons.js";
import { html, nothing } from "./template.js";
import { visibleLines } from "./visible.js";

export const loading = () => html`<p class="state" role="status">Loading …</p>`;

/**
 * The empty state: why there is nothing, and what to do.
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

/** The list to return to, by the beginning of a page's address. */
const LISTS = [["/data/", "/data", "All data sets"], ["/sweeps/", "/sweeps", "All sweeps"]];

/** The link of a page that has nothing to show. */
const upwards = () => {
  const [, list, words] = LISTS.find(([start]) => here().startsWith(start)) ?? ["", "/", "All experiments"];
  return html`<a class="button" href=${at(list)}>${words}</a>`;
};

/** An error; `again` retries. */
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

/** A note within the page: `kind` is "info", "warning" or "error". */
export const note = (kind, content) =>
  html`
    <div class="note note-${kind}">${icon(kind === "info" ? "info" : "warning")}<div>${content}</div></div>
  `;
