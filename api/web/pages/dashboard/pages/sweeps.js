// The list of all sweeps, newest first, updated while they run.

import { at } from "../address.js";
import { get } from "../api.js";
import { icon } from "../icons.js";
import { label } from "../metrics.js";
import { poll } from "../polling.js";
import { empty } from "../states.js";
import { badge } from "../status.js";
import { html, nothing, render } from "../template.js";
import { time } from "../time.js";
import { attempt } from "../toast.js";
import { countsBar, countsWords } from "./sweep/counts.js";
import { nameOf } from "./sweep/view.js";

/** Polling interval in milliseconds. */
const INTERVAL = 1000;
const PAGE = 50;
const MOST = 200; // sweeps on one page of the service
const CHANGES = new Set(["status", "end"]);

export const open = (root) => {
  let sweeps = [];
  let cursor = null;
  const become = (data, next) => {
    [sweeps, cursor] = [data, next];
    render(view(sweeps, cursor, more), root);
  };
  /** Read as many sweeps as are shown, because older ones change, too. */
  const read = async () => {
    const data = [];
    let from = null;
    do {
      const limit = Math.min(MOST, Math.max(PAGE, sweeps.length - data.length));
      const page = await get("/v1/sweeps", { limit, cursor: from });
      data.push(...page.data);
      from = page.next_cursor;
    } while (from !== null && data.length < sweeps.length);
    return { data, next: from };
  };
  /** Ids increase with time: older sweeps that were loaded in the meantime stay. */
  const take = ({ data, next }) => {
    const older = next === null ? [] : sweeps.filter(({ id }) => id < data.at(-1).id);
    become([...data, ...older], older.length ? cursor : next);
  };
  const more = () =>
    attempt(async () => {
      const page = await get("/v1/sweeps", { limit: PAGE, cursor });
      const known = new Set(sweeps.map(({ id }) => id));
      become([...sweeps, ...page.data.filter(({ id }) => !known.has(id))], page.next_cursor);
    });
  return poll(root, {
    read,
    take,
    concerns: ({ kind, data }) => CHANGES.has(kind) && data.sweep_id !== null,
    interval: INTERVAL,
  });
};

const view = (sweeps, cursor, more) =>
  html`
    <header class="head">
      <h1>Sweeps</h1>
      <a class="button button-primary" href=${at("/new?sweep")}>${icon("plus")} New sweep</a>
    </header>
    ${sweeps.length ? table(sweeps) : empty(
      "No sweeps yet",
      "A sweep trains a network with one change at a time, or with every combination of some values, each with several " +
        "seeds, and says which made it better and how sure that is.",
      html`<a class="button button-primary" href=${at("/new?sweep")}>Create a sweep</a>`,
    )}
    ${cursor ? html`<p class="row more-row"><button class="button" @click=${more}>Older sweeps</button></p>` : nothing}
  `;

const table = (sweeps) =>
  html`
    <section class="card" aria-label="All of them">
      <div class="table as-cards sweeps" role="region" aria-label="Sweeps" tabindex="0">
        <table>
          <thead>
            <tr>${["Name", "Status", "Experiments", "Objective", "Began"].map((name) =>
              html`<th scope="col">${name}</th>`
            )}</tr>
          </thead>
          <tbody>${sweeps.map(row)}</tbody>
        </table>
      </div>
    </section>
  `;

const row = (sweep) =>
  html`
    <tr>
      <th scope="row"><a href=${at(`/sweeps/${sweep.id}`)} title=${nameOf(sweep)}><bdi>${nameOf(sweep)}</bdi></a></th>
      <td>${badge(sweep.status)}</td>
      <td class="sweep-counts">${countsBar(sweep.counts)}<span class="small muted">${countsWords(
        sweep.counts,
      )}</span></td>
      <td>${label(sweep.objective.metric)}</td>
      <td>${time(sweep.created_at)}</td>
    </tr>
  `;
