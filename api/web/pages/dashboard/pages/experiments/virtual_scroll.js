// Virtual scrolling: which rows of a long table are visible. The others are replaced by two empty rows of the same
// height.

const MARGIN = 12;

/**
 * @param {HTMLElement} body the rows' parent, or null before it is drawn
 * @returns {{first: number, last: number, height: number}} the rows to draw, excluding `last`, and the height of each
 */
export const visibleRows = (body, count) => {
  const height = rowHeight(body);
  const top = body ? body.getBoundingClientRect().top : 0;
  const first = Math.floor(-top / height) - MARGIN;
  const last = Math.ceil((innerHeight - top) / height) + MARGIN;
  return { first: within(first, count), last: within(last, count), height };
};

const within = (i, count) => Math.max(0, Math.min(i, count));

const rowHeight = (body) => body?.querySelector("tr[data-id]")?.offsetHeight || 48;
