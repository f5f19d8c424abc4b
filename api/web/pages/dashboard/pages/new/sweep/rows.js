// Rows of a map that a person edits: each has a key and what belongs to it.

import { icon } from "../../../icons.js";
import { html } from "../../../template.js";
import { isObject } from "../json/link.js";

/** What a person has typed as JSON may be no map yet. */
export const entriesOf = (map) => (isObject(map) ? Object.entries(map) : []);

/** The map with a key renamed, in its place. */
export const renamed = (map, key, name) =>
  Object.fromEntries(Object.entries(map).map(([k, v]) => [k === key ? name : k, v]));

export const without = (map, key) => Object.fromEntries(Object.entries(map).filter(([k]) => k !== key));

/**
 * An input for a key, which is taken when it is left: another of the same name would vanish while one types. Drawing
 * leaves alone what is typed, as long as the key is the same.
 */
export const keyInput = ({ id, name, key, taken, rename, list = "" }) =>
  html`
    <input class="input" id=${id} aria-label=${name} list=${list} autocomplete="off" spellcheck="false"
      .value=${key}
      @change=${(event) => {
        const next = event.target.value.trim();
        if (next && !taken.includes(next)) rename(next);
        else event.target.value = key;
      }}>
  `;

export const removeButton = (name, run) =>
  html`
    <button type="button" class="quiet" aria-label=${`Remove ${name}`} title=${`Remove ${name}`} @click=${run}>${icon(
      "close",
    )}</button>
  `;
