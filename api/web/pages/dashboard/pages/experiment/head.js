// The head of the page: name, facts, status and progress.

import { at } from "../../address.js";
import { fact } from "../../fact.js";
import { bytes, duration, network, optimizer, title, whole } from "../../format.js";
import { icon } from "../../icons.js";
import { mayChange } from "../../session.js";
import { note } from "../../states.js";
import { badge } from "../../status.js";
import { tagLinks } from "../../tags.js";
import { html, nothing } from "../../template.js";
import { time } from "../../time.js";
import { visible, visibleLines } from "../../visible.js";

export const head = (experiment, edit, actions) =>
  html`
    <a class="back small" href=${at("/")}>${icon("back")}Experiments</a>
    <div class="head experiment-head">
      <div class="experiment-title">
        <h1><bdi>${title(experiment)}</bdi>
          ${mayChange()
            ? html`
              <button class="quiet" aria-label="Edit name, tags and notes" title="Edit name, tags and notes"
                @click=${edit}>${icon("edit")}</button>
            `
            : nothing}
        </h1>
        ${badge(experiment.status)}
        ${tagLinks(experiment.tags)}
      </div>
      ${actions}
    </div>
  `;

/** The facts in one line, and the notes. */
export const facts = (experiment) =>
  html`
    <dl class="run-facts">
      ${fact(
        "Data set",
        html`<a href=${at(`/data/${encodeURIComponent(experiment.spec.dataset.name)}`)}><bdi>${
          visible(experiment.spec.dataset.name)
        }</bdi></a>`,
      )}
      ${fact("Network", network(experiment.spec, experiment))}
      ${fact("Optimizer", optimizer(experiment.spec))}
      ${fact("Batch", experiment.spec.batch_size)}
      ${fact("Parameters", whole(experiment.parameters))}
      ${fact("Device", experiment.device ?? "not yet known")}
      ${fact("Created", time(experiment.created_at))}
      ${experiment.finished_at && experiment.started_at
        ? fact(
          "Duration",
          duration((Date.parse(experiment.finished_at) - Date.parse(experiment.started_at)) / 1000),
        )
        : nothing}
      ${experiment.forked_from
        ? fact(
          "Forked from",
          html`<a href=${at(`/experiments/${experiment.forked_from}`)}>${experiment.forked_from.slice(-6)}</a>${
            experiment.forked_epoch ? `, epoch ${experiment.forked_epoch}` : nothing
          }`,
        )
        : nothing}
      ${experiment.extended_at?.length ? fact("Extended", extended(experiment)) : nothing}
      ${experiment.sweep_id
        ? fact("Sweep", html`<a href=${at(`/sweeps/${experiment.sweep_id}`)}>${experiment.sweep_id.slice(-6)}</a>`)
        : nothing}
    </dl>
    ${experiment.notes ? html`<p class="notes" dir="auto">${visibleLines(experiment.notes)}</p>` : nothing}
  `;

/** The epochs after which its schedule or its early stopping changed. */
const extended = ({ extended_at: at, extended_from: from }) =>
  at.map((epoch, i) => `after epoch ${epoch}, when ${from[i]} epochs were planned`).join(", then ");

/** The progress. Screen readers announce changes of the status, but not each epoch. */
export const progress = (experiment) => {
  const { epoch, epochs, eta_seconds: eta } = experiment.progress;
  const left = experiment.status === "running" && eta ? `, about ${duration(eta)} left` : "";
  return html`
    <div class="experiment-progress">
      <progress max=${epochs} value=${epoch} aria-label="Epochs done"></progress>
      <p class="small muted">Epoch ${epoch} of ${epochs}${left}</p>
      ${experiment.waiting_for
        ? html`<p class="waiting-for small" role="status">Waiting for ${experiment.waiting_for}</p>`
        : nothing}
      ${experiment.queue ? html`<p class="small muted">${place(experiment)}</p>` : nothing}
      <p class="hidden-label" role="status">${said(experiment)}</p>
    </div>
    ${experiment.long_step ? longStep(experiment.long_step) : nothing}
  `;
};

/** The place in the queue, and the estimated start. */
const place = ({ queue: { position, estimated_start: start }, priority }) => {
  const left = start ? (new Date(start).getTime() - Date.now()) / 1000 : 0;
  const when = !start ? "" : left < 1 ? ", starts now" : `, starts in about ${duration(left)}`;
  return `Place ${whole(position)} in the queue${priority ? ` with priority ${priority}` : ""}${when}`;
};

/** The progress of a step that training waits for. Without a total, the bar is indeterminate. */
const longStep = (/** @type {any} */ { what, done, total, unit }) => {
  const share = total
    ? `${Math.floor((100 * done) / total)} %`
    : unit === "bytes"
    ? bytes(done)
    : `${whole(done)} ${unit}`;
  return html`
    <div class="experiment-progress">
      <progress max=${total ?? nothing} value=${total ? done : nothing} aria-label=${what}></progress>
      <p class="small muted">${visible(what)}: ${share}</p>
    </div>
  `;
};

const said = (
  { status, error },
) => (error ? `The run has failed: ${error.code.replaceAll("_", " ")}` : `The run is ${status}`);

/** Why and where it failed. */
export const fault = ({ error }) => {
  if (!error) return nothing;
  const place = [
    error.epoch === null ? nothing : html`epoch <strong>${error.epoch}</strong>`,
    error.step === null ? nothing : html`step <strong>${whole(error.step)}</strong>`,
    error.layer === null ? nothing : html`layer <strong>${error.layer}</strong>`,
  ].filter((one) => one !== nothing);
  return note(
    "error",
    html`
      <p><strong>${error.code.replaceAll("_", " ")}</strong>: ${visibleLines(error.message)}</p>
      ${place.length ? html`<p class="small">At ${place.map((one, i) => html`${i ? ", " : ""}${one}`)}.</p>` : nothing}
      ${error.code === "diverged"
        ? html`
          <p
            class="small">It would diverge again. Fork it with a smaller learning rate, or with <code>clip_norm</code>.</p>
        `
        : nothing}
    `,
  );
};
