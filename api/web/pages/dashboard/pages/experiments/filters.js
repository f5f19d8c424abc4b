// The filter of the list: stored in the address, sent to the service, and applied to live events.

import { icon } from "../../icons.js";
import { STATUSES } from "../../status.js";
import { html, live, nothing } from "../../template.js";

const KEYS = ["status", "dataset", "tag", "sweep", "q"];

/** The filter in an address. */
export const fromQuery = (query) =>
  Object.fromEntries(KEYS.filter((key) => query.get(key)).map((key) => [key, query.get(key)]));

/** The address of the list with a filter. */
export const toAddress = (filter) => {
  const given = Object.entries(filter).filter(([, value]) => value);
  return given.length ? `/?${new URLSearchParams(given)}` : "/";
};

/**
 * Whether an experiment matches the filter, by the rules of the service.
 *
 * @param {any} experiment
 * @param {Record<string, string>} filter
 */
export const matches = (experiment, { status, dataset, tag, sweep, q }) =>
  (!status || experiment.status === status) &&
  (!dataset || experiment.spec.dataset.name === dataset) &&
  (!tag || experiment.tags.includes(tag)) &&
  (!sweep || experiment.sweep_id === sweep) &&
  (!q || `${experiment.name}\n${experiment.notes}\n${experiment.id}`.toLowerCase().includes(q.toLowerCase()));

/** The controls. `change` gets the filter's new values. */
export const filterBar = (filter, datasets, change) =>
  html`
    <search class="filters" aria-label="Filter the experiments">
      <label class="search">
        <span class="hidden-label">Search in names, notes and ids</span>
        ${icon("search")}
        <input class="input" type="search" id="search" placeholder="Search" .value=${live(filter.q ?? "")}
          @input=${(event) => change({ q: event.target.value })}>
      </label>
      ${choice("Status", "status", STATUSES, filter, change)}
      ${choice("Data set", "dataset", datasets, filter, change)}
      <label>
        <span class="hidden-label">Tag</span>
        <input class="input tag-input" type="search" placeholder="Any tag" maxlength="200" .value=${live(
          filter.tag ?? "",
        )}
          @input=${(event) => change({ tag: event.target.value.trim() })}>
      </label>
      ${filter.sweep
        ? html`<button class="button" @click=${() => change({ sweep: "" })}>One sweep ${icon("close")}</button>`
        : nothing}
      ${Object.values(filter).some(Boolean)
        ? html`<button class="quiet" @click=${() =>
          change({ status: "", dataset: "", tag: "", sweep: "", q: "" })}>Clear</button>`
        : nothing}
    </search>
  `;

const choice = (label, key, options, filter, change) =>
  html`
    <label>
      <span class="hidden-label">${label}</span>
      <select class="input" @change=${(event) => change({ [key]: event.target.value })}>
        <option value="" ?selected=${!filter[key]}>Any ${label.toLowerCase()}</option>
        ${options.map((one) => html`<option value=${one} ?selected=${filter[key] === one}>${one}</option>`)}
      </select>
    </label>
  `;
