// The head of the page: what it is, how it stands, how far it is.

import { at } from "../../address.js";
import { duration, figure, network, optimizer, title, whole } from "../../format.js";
import { icon } from "../../icons.js";
import { judge, metric } from "../../metrics.js";
import { mayChange } from "../../session.js";
import { note } from "../../states.js";
import { badge } from "../../status.js";
import { tagLinks } from "../../tags.js";
import { html, nothing } from "../../template.js";
import { time } from "../../time.js";
import { visibleLines } from "../../visible.js";

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

/** One line of facts, and the notes. */
export const facts = (experiment, dataset) =>
  html`
    <dl class="run-facts">
      ${fact("Data set", experiment.spec.dataset.name)}
      ${fact("Network", network(experiment.spec, dataset))}
      ${fact("Optimizer", optimizer(experiment.spec))}
      ${fact("Batch", experiment.spec.batch_size)}
      ${fact("Parameters", whole(experiment.parameters))}
      ${fact("Device", experiment.device ?? "not yet known")}
      ${fact("Created", time(experiment.created_at))}
      ${experiment.finished_at && experiment.started_at
        ? fact(
          "From start to end",
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

/** When its schedule, or its early stopping, was another. */
const extended = ({ extended_at: at, extended_from: from }) =>
  at.map((epoch, i) => `after epoch ${epoch}, until then of ${from[i]}`).join(", then ");

const fact = (name, value) =>
  html`
    <div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>
  `;

/** How far it is. Screen readers say aloud when its status changes, and not each epoch. */
export const progress = (experiment) => {
  const { epoch, epochs, eta_seconds: eta } = experiment.progress;
  const left = experiment.status === "running" && eta ? `, about ${duration(eta)} left` : "";
  return html`
    <div class="experiment-progress">
      <progress max=${epochs} value=${epoch} aria-label="Epochs done"></progress>
      <p class="small muted">Epoch ${epoch} of ${epochs}${left}</p>
      ${experiment.waiting_for
        ? html`<p class="waiting-for small" role="status">It waits for ${experiment.waiting_for}</p>`
        : nothing}
      <p class="hidden-label" role="status">${said(experiment)}</p>
    </div>
  `;
};

const said = (
  { status, error },
) => (error ? `The run has failed: ${error.code.replaceAll("_", " ")}` : `The run is ${status}`);

/** The numbers that one looks for first. */
export const tiles = (experiment, dataset) => {
  const { best, latest } = experiment;
  if (!best) return nothing;
  const judged = metric(judge(experiment, best));
  const accuracy = best.test_accuracy !== null;
  return html`
    <div class="tiles">
      ${tile(
        `Best ${judged.label.toLowerCase()}`,
        judged.write(best[judged.key], experiment.spec, dataset),
        `epoch ${best.epoch}`,
      )}
      ${tile(
        accuracy ? "Test accuracy there" : "Test loss there",
        accuracy ? metric("test_accuracy").write(best.test_accuracy, experiment.spec, dataset) : figure(best.test_loss),
        `loss ${figure(best.test_loss)}`,
      )}
      ${tile("Training loss now", figure(latest.train_loss), `validation ${figure(latest.validation_loss)}`)}
      ${tile(
        "Time per epoch",
        duration(latest.seconds),
        `${whole(Math.round(latest.samples_per_second))} examples per second`,
      )}
    </div>
  `;
};

const tile = (name, value, beside) =>
  html`
    <div class="card tile">
      <h2>${name}</h2>
      <p class="tile-value">${value}</p>
      <p class="muted small">${beside}</p>
    </div>
  `;

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
            class="small">It would diverge again. Fork it with other settings; a smaller learning rate or <code>clip_norm</code> may help.</p>
        `
        : nothing}
    `,
  );
};
