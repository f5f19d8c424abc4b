// The view of the page: its head, the form on the left, JSON and summary on the right.

import { at } from "../../address.js";
import { freshKey } from "../../api.js";
import { copy } from "../../copy.js";
import { title, whole } from "../../format.js";
import { icon } from "../../icons.js";
import { mayChange } from "../../session.js";
import { note } from "../../states.js";
import { html, nothing } from "../../template.js";
import { augmentedSheet } from "./augmented.js";
import { createForm } from "./form/form.js";
import { sections } from "./form/sections.js";
import { editor } from "./json/editor.js";
import { pretty } from "./json/pretty.js";
import { changesOf, launch } from "./launch.js";
import { experimentOutcome, sweepOutcome } from "./outcome.js";
import { probeCard } from "./outcome/probe.js";
import { patched } from "./schema/patch.js";
import { specOf, sweepOf } from "./start.js";
import { describedFor } from "./uploaded.js";
import { sweepForm } from "./sweep/sweep.js";

const HEADINGS = { spec: "New experiment", sweep: "New sweep", fork: "Fork" };
const ACTIONS = { spec: "Launch", sweep: "Launch", fork: "Fork" };

const UNREAD = "The document in the link cannot be read. Was the whole link copied? This is a new document.";

export const view = (page) =>
  html`
    <header class="head new-head">
      <h1>${HEADINGS[page.kind]}</h1>
      <button type="button" class="button" aria-label="Copy link" @click=${() =>
        copy(location.origin + at(page.address()), "The link")}>
        ${icon("copy")}<span class="wide-only">Copy link</span>
      </button>
      <button type="button" class="button button-primary"
        ?disabled=${!mayChange() || page.launching || Boolean(page.draft.fault)} title=${mayChange()
          ? nothing
          : "Your key is read-only"} @click=${() => launch(page)}>
        ${icon(page.kind === "fork" ? "fork" : "play")} ${page.launching ? "Launching …" : ACTIONS[page.kind]}
      </button>
    </header>
    ${page.unread ? html`<div class="new-note">${note("warning", UNREAD)}</div>` : nothing}
    ${page.kind === "fork" ? forked(page) : presets(page)}
    <div class="new">
      <form class="stack new-form" autocomplete="off" @submit=${(event) => event.preventDefault()}>${forms(page)}</form>
      <div class="stack new-beside">
        <section class="card" aria-labelledby="json-title">
          <h2 id="json-title">JSON</h2>
          ${editor({
            text: page.draft.text,
            fault: page.draft.fault,
            mistakes: page.dryRun.mistakes,
            type: page.draft.type,
          })}
        </section>
        ${outcome(page)}
      </div>
    </div>
    <p class="hidden-label" role="status">${page.words}</p>
  `;

const kinds = (page) => {
  const { document } = page.draft;
  const button = (kind, name, turn) =>
    html`
      <button type="button" aria-pressed=${page.kind === kind} @click=${() =>
        page.kind === kind || page.become(kind, turn(document))}>${name}</button>
    `;
  return html`
    <div class="segments" role="group" aria-label="Kind of run">
      ${button("spec", "One experiment", specOf)} ${button("sweep", "Sweep", sweepOf)}
    </div>
  `;
};

const presets = (page) => {
  const sweeps = page.kind === "sweep" ? Object.entries(page.request.examples) : [];
  const all = page.kind === "sweep" ? sweeps : Object.entries(page.examples);
  return html`
    <div class="presets row" role="group" aria-label="Start from">
      ${kinds(page)}
      <span class="muted small">Start from</span>
      ${all.map(([name, document]) =>
        html`<button type="button" class="chip" @click=${() => page.draft.replace(document)}>${name}</button>`
      )}
    </div>
  `;
};

const forked = (page) => {
  const { experiment, checkpoints } = page.parent;
  const changes = changesOf(page);
  const choose = (event) => {
    page.from = event.target.value === "" ? null : Number(event.target.value);
    page.key = freshKey();
    page.redraw();
  };
  return html`
    <section class="card fork" aria-label="What is forked">
      <p>A new experiment from <a href=${at(`/experiments/${experiment.id}`)}><bdi>${title(
        experiment,
      )}</bdi></a>, with its spec as you change it here.</p>
      <div class="field">
        <label for="fork-from">Begins</label>
        <select class="input" id="fork-from" @change=${choose}>
          <option value="">from the start, with new weights</option>
          ${checkpoints.filter((one) => one.whole).map((one) =>
            html`<option value=${one.epoch}>with the weights of epoch ${whole(one.epoch)}</option>`
          )}
        </select>
      </div>
      <p class="small"><span class="muted">Changes</span> ${Object.keys(changes).length
        ? html`<code>${pretty(changes, " ")}</code>`
        : "none so far"}</p>
    </section>
  `;
};

const forms = (page) => {
  const { draft, dryRun, spec, request } = page;
  const shared = { mistakes: () => dryRun.mistakes, redraw: page.redraw, say: page.say, memory: page.memory };
  const isSweep = page.kind === "sweep";
  const named = (isSweep ? draft.document.base : draft.document)?.dataset;
  const dataset = page.sets.find(({ name }) => name === (named?.name ?? named)) ?? null;
  const known = describedFor(spec, dataset, page.redraw);
  const form = createForm({
    ...shared,
    base: isSweep ? "base" : "",
    description: isSweep ? { ...known, fields: known.fields.filter(({ key }) => key !== "name") } : known,
    document: () => (isSweep ? (draft.document.base ?? {}) : draft.document),
    changed: (next) => draft.replace(isSweep ? { ...draft.document, base: next } : next),
  });
  const shapes = isSweep || dryRun.problem || draft.fault ? null : dryRun.result;
  return html`
    ${isSweep ? sweepForm({ draft, spec, request, shared, dataset }) : nothing}
    ${isSweep ? html`<h2 class="new-base">The base</h2>` : nothing}
    ${sections(
      form,
      { shapes, dataset },
      (key) => (key === "dataset" && dataset ? besideDataset(dataset, form, page.redraw) : nothing),
    )}
  `;
};

const besideDataset = (found, form, redraw) =>
  html`
    ${aboutDataset(found)} ${augmentedSheet(found, form.read(["dataset"]), form.read(["seed"]), redraw)}
  `;

const aboutDataset = (found) => (found.built_in ? aboutBuiltIn(found) : aboutUploaded(found));

const aboutUploaded = ({ id, status, rows, version }) => {
  const words = version === null
    ? `Its status is ${status}: it cannot be used for training yet.`
    : `Version ${version}, ${whole(rows)} rows.`;
  return html`<p class="hint wide">${words} <a href=${at(`/data/${id}`)}>Columns and findings</a></p>`;
};

const aboutBuiltIn = (found) => {
  const classes = found.classes.length ? `${found.classes.length} classes` : "a number to predict";
  const absent = found.available ? "" : "; not downloaded yet: the first run downloads it";
  const words = `${found.title}: ${whole(found.inputs)} inputs, ${classes}, ${
    whole(found.train_examples)
  } training examples${absent}.`;
  return html`<p class="hint wide">${words}</p>`;
};

const outcome = ({ kind, dryRun, draft, spec, probe }) => {
  if (kind === "sweep") return sweepOutcome(dryRun, draft);
  const apply = (patch) => draft.replace(patched(spec, draft.document, patch));
  const cure = (patch) => {
    apply(patch);
    probe.ask(draft.document);
  };
  const resolved = dryRun.problem || draft.fault ? null : dryRun.result?.spec;
  return html`
    ${experimentOutcome(dryRun, draft, apply)} ${resolved ? probeCard(probe, draft.document, resolved, cure) : nothing}
  `;
};
