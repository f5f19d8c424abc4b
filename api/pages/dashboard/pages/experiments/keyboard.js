// The list by keyboard: up and down walk the rows, x selects, c compares, / searches, n begins a new one.

/** @returns a function for keydown events */
export const keyboard = ({ root, toggle, compare, navigate, step }) => (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
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
  if (!action || (event.key.startsWith("Arrow") && !id)) return;
  event.preventDefault();
  action();
};
