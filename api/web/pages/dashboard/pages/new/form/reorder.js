// Reorders a list by keys or by dragging a handle; the list changes when the handle is released.

/** The list with an item moved to another position. */
export const moved = (list, from, to) => {
  const rest = list.toSpliced(from, 1);
  return rest.toSpliced(to, 0, list[from]);
};

/**
 * Follow a handle that was pressed.
 *
 * @param {PointerEvent} event on the handle, which is inside the dragged item, inside the list
 * @param {(from: number, to: number) => void} drop
 */
export const drag = (event, drop) => {
  if (event.button !== 0) return;
  event.preventDefault();
  const item = /** @type {Element} */ (event.target).closest("[data-item]");
  if (!item?.parentElement) return;
  const items = [...item.parentElement.querySelectorAll(":scope > [data-item]")];
  const from = items.indexOf(item);
  const ending = new AbortController();
  let to = from;
  const mark = () =>
    items.forEach((other, i) => {
      other.classList.toggle("drop-before", i === to && to < from);
      other.classList.toggle("drop-after", i === to && to > from);
      other.classList.toggle("dragged", i === from);
    });
  const end = (dropped) => {
    ending.abort();
    items.forEach((other) => other.classList.remove("drop-before", "drop-after", "dragged"));
    if (dropped && to !== from) drop(from, to);
  };
  const { signal } = ending;
  addEventListener("pointermove", (moving) => {
    to = nearest(items, moving.clientY);
    mark();
  }, { signal });
  addEventListener("pointerup", () => end(true), { signal });
  addEventListener("pointercancel", () => end(false), { signal });
  addEventListener("keydown", (pressed) => pressed.key === "Escape" && end(false), { signal });
  mark();
};

const nearest = (items, y) => {
  const distances = items.map((item) => {
    const box = item.getBoundingClientRect();
    return Math.abs((box.top + box.bottom) / 2 - y);
  });
  return distances.indexOf(Math.min(...distances));
};
