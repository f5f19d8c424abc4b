// Lists the webhooks of the workspace with the state of their calls, and creates, enables and deletes them. A secret is
// shown once.

import { post, remove } from "../../api.js";
import { confirm } from "../../dialog.js";
import { whole } from "../../format.js";
import { icon } from "../../icons.js";
import { mayChange } from "../../session.js";
import { html, nothing } from "../../template.js";
import { time } from "../../time.js";
import { attempt } from "../../toast.js";
import { isolated, visible, visibleLines } from "../../visible.js";
import { create, formActions } from "./secret.js";

const EVENTS = {
  status: "an experiment waits, starts, ends",
  finding: "a finding about an experiment",
};
/** The sign and the text of a state; the name of an unknown state. @type {Record<string, [string, string]>} */
const STATES = {
  active: ["succeeded", "active"],
  retrying: ["paused", "retrying"],
  disabled: ["failed", "disabled"],
};

/**
 * @param {any[]} hooks
 * @param {() => void} changed
 */
export const webhooksCard = (hooks, changed) =>
  html`
    <section class="card" aria-labelledby="webhooks-title">
      <div class="card-head">
        <h2 id="webhooks-title">Webhooks</h2>
        ${mayChange()
          ? html`<button class="button" @click=${() => create(WEBHOOK, changed)}>${icon("plus")} New webhook</button>`
          : nothing}
      </div>
      ${hooks.length ? table(hooks, changed) : html`
        <p class="muted">Gradus can call an address of yours when an experiment ends, or when there is a finding about it.</p>
      `}
    </section>
  `;

/** @param {any[]} hooks @param {() => void} changed */
const table = (hooks, changed) =>
  html`
    <div class="table as-cards" role="region" aria-label="Webhooks" tabindex="0">
      <table>
        <thead>
          <tr>
            ${["Address", "Sends", "State", "Last delivered", "Created"].map((name) =>
              html`<th scope="col">${name}</th>`
            )}
            <th scope="col"><span class="hidden-label">Actions</span></th>
          </tr>
        </thead>
        <tbody>${hooks.map((hook) => row(hook, changed))}</tbody>
      </table>
    </div>
  `;

/** @param {any} hook @param {() => void} changed */
const row = (hook, changed) =>
  html`
    <tr>
      <th scope="row" class="webhook-url"><bdi>${visible(hook.url)}</bdi></th>
      <td>${hook.events.map(visible).join(", ")}</td>
      <td>${stateOf(hook)}</td>
      <td>${hook.delivered_at ? time(hook.delivered_at) : "never"}</td>
      <td>${time(hook.created_at)}</td>
      <td class="number">${mayChange() ? actions(hook, changed) : nothing}</td>
    </tr>
  `;

/** @param {any} hook */
const stateOf = ({ state, reason, failures, next_attempt_at: next }) => {
  const [sign, word] = STATES[state] ?? ["queued", visible(state)];
  return html`
    <span class="status status-${sign}">${icon(sign)}<span>${word}</span></span>
    ${reason === null ? nothing : html`
      <p class="muted small webhook-reason">${whole(failures)} failed ${failures === 1 ? "call" : "calls"} in a row:
        ${visibleLines(reason)}${next ? html`; again ${time(next)}` : nothing}</p>
    `}
  `;
};

/** @param {any} hook @param {() => void} changed */
const actions = (hook, changed) => {
  const named = html`<span class="hidden-label"> ${visible(hook.url)}</span>`;
  const enable = async () => {
    await attempt(() => post(`/v1/webhooks/${hook.id}/enable`));
    changed();
  };
  return html`
    <span class="row webhook-actions">
      ${hook.state === "active"
        ? nothing
        : html`<button class="button" @click=${enable}>${
          hook.state === "disabled" ? "Enable" : "Call now"
        }${named}</button>`}
      <button class="button button-danger" @click=${() => drop(hook, changed)}>Delete${named}</button>
    </span>
  `;
};

/** @param {any} hook @param {() => void} changed */
const drop = async (hook, changed) => {
  const sure = await confirm({
    title: `Delete the webhook to “${isolated(visible(hook.url))}”?`,
    text: "Events that were not delivered yet will not be delivered.",
    action: "Delete",
    danger: true,
  });
  if (!sure) return;
  await attempt(() => remove(`/v1/webhooks/${hook.id}`));
  changed();
};

/** @param {(value: any) => void} answer */
const wish = (answer) => {
  const submit = (/** @type {any} */ event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    answer({ url: form.get("url"), events: form.getAll("events") });
  };
  const choose = (/** @type {any} */ { currentTarget }) => {
    const boxes = [...currentTarget.querySelectorAll("input")];
    boxes[0].setCustomValidity(boxes.some(({ checked }) => checked) ? "" : "Choose at least one.");
  };
  return html`
    <form class="stack" @submit=${submit}>
      <div class="field">
        <label for="webhook-url">Address that is called</label>
        <input class="input" id="webhook-url" name="url" type="url" required maxlength="2000" autocomplete="off"
          placeholder="your address, with https" autofocus>
      </div>
      <fieldset class="group roles" @change=${choose}>
        <legend>When</legend>
        ${Object.entries(EVENTS).map(([event, what]) =>
          html`
            <label class="check">
              <input type="checkbox" name="events" value=${event} checked> ${event} <span class="muted small">${what}</span>
            </label>
          `
        )}
      </fieldset>
      <p class="muted small">The address must be public and HTTPS, unless the operator of this service allows others.</p>
      ${formActions("Create the webhook", answer)}
    </form>
  `;
};

/** @type {import("./secret.js").Kind} */
const WEBHOOK = {
  path: "/v1/webhooks",
  title: "New webhook",
  form: wish,
  made: "The webhook's secret",
  said: "Each call is signed with it. This is the only time it is shown: copy it to where calls are verified.",
  field: "secret",
  copied: "The secret",
};
