// Lists, creates and revokes the keys of the workspace. A new key is shown once, because it cannot be retrieved later.

import { remove } from "../../api.js";
import { now } from "../../clock.js";
import { confirm } from "../../dialog.js";
import { moment } from "../../format.js";
import { icon } from "../../icons.js";
import { html, nothing } from "../../template.js";
import { time } from "../../time.js";
import { attempt } from "../../toast.js";
import { isolated, visible } from "../../visible.js";
import { create, formActions } from "./secret.js";

const ROLES = {
  viewer: "may read",
  editor: "may also create, change, cancel and delete",
  admin: "may also create and revoke keys",
};
const DAY = 86_400_000;

/**
 * @param {object[] | null} keys null for users who may not see them
 * @param {() => void} changed
 */
export const keysCard = (keys, changed) =>
  html`
    <section class="card" aria-labelledby="keys-title">
      <div class="card-head">
        <h2 id="keys-title">Keys</h2>
        ${keys
          ? html`<button class="button" @click=${() => create(KEY, changed)}>${icon("plus")} New key</button>`
          : nothing}
      </div>
      ${keys ? table(keys, changed) : html`<p class="muted">Keys are for admins of the workspace.</p>`}
    </section>
  `;

const table = (keys, changed) =>
  html`
    <div class="table" role="region" aria-label="Keys" tabindex="0">
      <table>
        <thead>
          <tr>
            ${["Name", "Role", "Created", "Last used", "Expires"].map((name) => html`<th scope="col">${name}</th>`)}
            <th scope="col"><span class="hidden-label">Actions</span></th>
          </tr>
        </thead>
        <tbody>${keys.map((key) => row(key, changed))}</tbody>
      </table>
    </div>
  `;

const row = (key, changed) =>
  html`
    <tr class=${isGood(key) ? "" : "muted"}>
      <th scope="row"><bdi>${visible(key.name)}</bdi></th>
      <td>${key.role}</td>
      <td>${time(key.created_at)}</td>
      <td>${key.used_at ? time(key.used_at) : "never"}</td>
      <td>${key.revoked_at
        ? html`revoked ${time(key.revoked_at)}`
        : key.expires_at
        ? moment(key.expires_at)
        : "never"}</td>
      <td class="number">${isGood(key)
        ? html`
          <button class="button button-danger" @click=${() =>
            revoke(key, changed)}>Revoke<span class="hidden-label"> ${visible(key.name)}</span></button>
        `
        : nothing}</td>
    </tr>
  `;

const isGood = (key) => !key.revoked_at && (!key.expires_at || Date.parse(key.expires_at) > now());

const revoke = async (key, changed) => {
  const sure = await confirm({
    title: `Revoke “${isolated(visible(key.name))}”?`,
    text: "Whoever uses it loses access immediately. This cannot be undone.",
    action: "Revoke",
    danger: true,
  });
  if (!sure) return;
  await attempt(() => remove(`/v1/keys/${key.id}`));
  changed();
};

const wish = (answer) => {
  const submit = (event) => {
    event.preventDefault();
    const { name, role, days } = /** @type {any} */ (Object.fromEntries(new FormData(event.target)));
    answer({ name, role, ...(days ? { expires_at: new Date(now() + days * DAY).toISOString() } : {}) });
  };
  return html`
    <form class="stack" @submit=${submit}>
      <div class="field">
        <label for="key-name">Who or what will use it</label>
        <input class="input" id="key-name" name="name" required maxlength="200" autocomplete="off" autofocus>
      </div>
      <fieldset class="group roles">
        <legend>Role</legend>
        ${Object.entries(ROLES).map(([role, may]) =>
          html`
            <label class="check">
              <input type="radio" name="role" value=${role} ?checked=${role ===
                "editor"}> ${role} <span class="muted small">${may}</span>
            </label>
          `
        )}
      </fieldset>
      <div class="field">
        <label for="key-days">Expires</label>
        <select class="input" id="key-days" name="days">
          <option value="">never</option>
          <option value="7">in a week</option>
          <option value="90" selected>in 90 days</option>
          <option value="365">in a year</option>
        </select>
      </div>
      ${formActions("Create the key", answer)}
    </form>
  `;
};

/** @type {import("./secret.js").Kind} */
const KEY = {
  path: "/v1/keys",
  title: "New key",
  form: wish,
  made: "Your new key",
  said: "This is the only time it is shown: copy it to where it will be used.",
  field: "key",
  copied: "The key",
};
