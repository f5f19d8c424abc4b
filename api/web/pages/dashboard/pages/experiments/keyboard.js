// Keyboard shortcuts of the list: up and down move between rows, x selects, c compares, / searches, n opens the form
// for a new experiment.

import { areShortcutsOn, switchShortcuts } from "../../shortcuts.js";
import { html, nothing } from "../../template.js";

const KEYS = [["x", "select"], ["c", "compare"], ["/", "search"], ["n", "new"]];

/**
 * The explanation of the shortcuts, and the switch that turns them on or off. `changed` is called when they are
 * switched on or off.
 */
export const legend = (changed) => {
  const on = areShortcutsOn();
  const flip = (event) => {
    switchShortcuts(event.target.checked);
    changed();
  };
  return html`
    <div class="keys muted small" role="group" aria-label="Keyboard">
      <span class="key"><kbd>↑</kbd> <kbd>↓</kbd> walk the rows</span>
      ${on
        ? KEYS.map(([key, what]) =>
          html`
            <span class="key"><kbd>${key}</kbd> ${what}</span>
          `
        )
        : nothing}
      <label class="check"><input type="checkbox" .checked=${on} @change=${flip}>Single-key shortcuts</label>
    </div>
  `;
};

/** @returns a function for keydown events */
export const keyboard = ({ root, toggle, compare, navigate, step }) => (event) => {
  if (
    event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || document.querySelector("dialog[open]")
  ) return;
  if (event.target.matches("input:not([type=checkbox]), select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const id = event.target.closest?.("tr[data-id]")?.dataset.id;
  const actions = {
    "/": () => root.querySelector("#search").focus(),
    n: () => navigate("/new"),
    c: compare,
    x: () => id && toggle(id),
    j: () => step(id, 1),
    k: () => step(id, -1),
    ArrowDown: () => step(id, 1),
    ArrowUp: () => step(id, -1),
  };
  const action = actions[event.key];
  if (!action || (event.key.startsWith("Arrow") ? !id : !areShortcutsOn())) return;
  event.preventDefault();
  action();
};
