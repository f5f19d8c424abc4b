// The editable rows of a map, each with a key and its value.

import { icon } from "../../../icons.js";
import { html } from "../../../template.js";
import { isObject } from "../json/link.js";

/** The map; empty if the user has typed JSON that is not a map yet. */
export const entriesOf = (map) => (isObject(map) ? Object.entries(map) : []);

/** The map with a renamed key at the same position. */
export const renamed = (map, key, name) =>
  Object.fromEntries(Object.entries(map).map(([k, v]) => [k === key ? name : k, v]));

export const without = (map, key) => Object.fromEntries(Object.entries(map).filter(([k]) => k !== key));

/**
 * An input for a key, which is applied when the input loses the focus: otherwise, another key with the same name would
 * vanish during typing. Drawing does not change the typed text while the key is the same.
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
