// Tabs: the parts of a page, one visible at a time, each with its own address.

import { html } from "./template.js";

/** @typedef {{ key: string, name: string }} Tab */

const STEPS = {
  ArrowRight: (/** @type {number} */ i) => i + 1,
  ArrowLeft: (/** @type {number} */ i) => i - 1,
  Home: () => 0,
  End: () => -1,
};

/**
 * The list of tabs, and the panel of the selected one. Arrow keys move between the tabs and open them.
 *
 * @param {string} label accessible name of the list
 * @param {Tab[]} tabs
 * @param {string} chosen the key of the selected tab
 * @param {(key: string) => string} address of a tab
 * @param {unknown} content the content of the selected tab
 */
export const tabbed = (label, tabs, chosen, address, content) =>
  html`
    <div class="tabs" role="tablist" aria-label=${label} @keydown=${walk}>
      ${tabs.map(({ key, name }) =>
        html`
          <a role="tab" id="tab-${key}" href=${address(key)} aria-selected=${key === chosen} aria-controls="tab-panel"
            tabindex=${key === chosen ? 0 : -1}>${name}</a>
        `
      )}
    </div>
    <div class="tab-panel stack" id="tab-panel" role="tabpanel" aria-labelledby="tab-${chosen}">${content}</div>
  `;

/** @param {KeyboardEvent} event */
const walk = (event) => {
  const step = STEPS[/** @type {keyof typeof STEPS} */ (event.key)];
  if (!step || event.metaKey || event.ctrlKey || event.altKey) return;
  event.preventDefault();
  const list = /** @type {HTMLElement} */ (event.currentTarget);
  const all = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=tab]")]);
  const now = all.findIndex((tab) => tab === event.target);
  const next = all.at(step(now) % all.length);
  next?.focus();
  next?.click();
};
