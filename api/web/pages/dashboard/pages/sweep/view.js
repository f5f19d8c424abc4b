// The view of a sweep's page.

import { at } from "../../address.js";
import { whole } from "../../format.js";
import { icon } from "../../icons.js";
import { mayChange } from "../../session.js";
import { loading } from "../../states.js";
import { badge, isFinal } from "../../status.js";
import { html, nothing } from "../../template.js";
import { time } from "../../time.js";
import { isSeen, visible } from "../../visible.js";
import { addSeeds, cancel, copyAddress, drop, retry } from "./actions.js";
import { countsBar, countsWords, progressWords, total } from "./counts.js";
import { parallel, passes } from "./parallel.js";
import { failures, ranking } from "./ranking.js";
import { axesOf } from "./scales.js";
import { objectiveWords } from "./verdict.js";

const FIRST = 50;

export const view = (page) => {
  const { sweep } = page;
  if (!sweep) return loading();
  const axes = sweep.request.variants ? [] : axesOf(sweep);
  const shown = sweep.results.filter((result) => passes(axes, page.brushes, result));
  document.title = `${nameOf(sweep)} · Gradus`;
  return html`
    <header class="head sweep-head">
      <h1><bdi>${nameOf(sweep)}</bdi></h1>
      <div class="row">${buttons(page)}</div>
    </header>
    <div class="stack">
      ${summary(sweep)}
      ${axes.length
        ? html`
          <section class="card" aria-labelledby="parallel-title">
            <h2 id="parallel-title">Parallel coordinates</h2>
            ${parallel(sweep, axes, shown, page, page.become)}
          </section>
        `
        : nothing}
      <section class="card" aria-labelledby="ranking-title">
        <div class="card-head"><h2 id="ranking-title">Ranking</h2><span class="muted small">${objectiveWords(
          sweep.objective,
        )}; best first</span></div>
        ${ranking(sweep, page.all ? shown : shown.slice(0, FIRST), page.hovered, (hovered) => page.become({ hovered }))}
        ${page.all || shown.length <= FIRST ? nothing : html`
          <p class="row more-row"><button class="button" @click=${() => page.become({ all: true })}>Show all ${whole(
            shown.length,
          )}</button></p>
        `}
        <p class="muted small">
          Ranked by the share of runs that succeeded, then by the mean over the seeds that changes of one share have in common.
          ${sweep.base_label === null
            ? nothing
            : html`Differences are to the base, seed by seed. Their intervals hold for all
          changes at once in 95 of 100 sweeps; one with zero in it shows no clear difference.`}</p>
      </section>
      ${page.ensemble.view(sweep)} ${failures(sweep)}
    </div>
  `;
};

export const nameOf = ({ name, id }) => (isSeen(name) ? visible(name) : `Sweep ${id.slice(-6)}`);

const summary = (sweep) =>
  html`
    <section class="card sweep-summary" aria-label="Progress">
      <p class="row"><span role="status">${badge(sweep.status)}</span><span>${countsWords(
        sweep.counts,
      )}</span><span class="muted">${progressWords(sweep.counts)}</span></p>
      ${countsBar(sweep.counts)}
      ${sweep.waiting_for ? html`<p class="small" role="status">Waiting for ${sweep.waiting_for}</p>` : nothing}
      <p class="muted small">
        ${whole(total(sweep.counts))} experiments: ${whole(sweep.results.length)} changes with ${seedsOf(sweep)}.
        Began ${time(sweep.created_at)}.
        <a href=${at(`/?sweep=${sweep.id}`)}>Show them as a list</a>
      </p>
    </section>
  `;

const seedsOf = ({ request: { seeds } }) => (seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} seeds each`);

const buttons = (page) => {
  const { sweep } = page;
  const act = (run) => async () => {
    const found = await run(sweep);
    if (found) page.become({ sweep: found });
  };
  const failed = sweep.counts.failed ?? 0;
  const may = mayChange();
  return html`
    ${may && failed
      ? html`<button class="button" @click=${act(retry)}>${icon("play")} Retry ${whole(failed)} failed</button>`
      : nothing}
    ${may ? html`<button class="button" @click=${act(addSeeds)}>${icon("plus")} Add seeds</button>` : nothing}
    <button class="button" @click=${async () => page.navigate(await copyAddress(sweep))}>${icon(
      "copy",
    )} Use as template</button>
    ${may && !isFinal(sweep.status)
      ? html`<button class="button button-danger" @click=${act(cancel)}>${icon("cancel")} Cancel</button>`
      : nothing}
    ${may && isFinal(sweep.status)
      ? html`
        <button class="button button-danger" @click=${() => drop(sweep, () => page.navigate("/sweeps"))}>${icon(
          "delete",
        )} Delete</button>
      `
      : nothing}
  `;
};
