// The part that keys and webhooks have in common: a form creates one, and its secret is shown once, because it cannot
// be retrieved later.

import { post } from "../../api.js";
import { copy } from "../../copy.js";
import { openDialog } from "../../dialog.js";
import { icon } from "../../icons.js";
import { html } from "../../template.js";
import { attempt } from "../../toast.js";

/**
 * @typedef {object} Kind
 * @property {string} path path of the request that creates one
 * @property {string} title of the form
 * @property {(answer: (wanted: any) => void) => any} form
 * @property {string} made the title above the secret
 * @property {string} said what the secret is for
 * @property {"key" | "secret"} field the field of the answer with the secret
 * @property {string} copied the name of the secret, for the message that it was copied
 */

/** @param {Kind} kind @param {() => void} changed */
export const create = async (kind, changed) => {
  const wanted = await openDialog(kind.title, kind.form);
  const made = wanted && (await attempt(() => post(kind.path, wanted)));
  if (!made) return;
  changed();
  await openDialog(kind.made, (/** @type {any} */ answer) => shownOnce(kind, made[kind.field], answer));
};

/** @param {Kind} kind @param {string} secret @param {(value: any) => void} answer */
const shownOnce = ({ said, field, copied }, secret, answer) =>
  html`
    <p>${said}</p>
    <p class="secret"><code id="new-${field}">${secret}</code></p>
    <div class="dialog-actions">
      <button class="button" @click=${() => answer(true)}>Done</button>
      <button class="button button-primary" @click=${() => copy(secret, copied)}>${icon("copy")} Copy</button>
    </div>
  `;

/** The buttons at the end of a form. @param {string} label @param {(value: any) => void} answer */
export const formActions = (label, answer) =>
  html`
    <div class="dialog-actions">
      <button type="button" class="button" @click=${() => answer(undefined)}>Back</button>
      <button class="button button-primary">${label}</button>
    </div>
  `;
