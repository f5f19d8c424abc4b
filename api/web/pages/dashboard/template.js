// Templates: `html` and `svg` say what is to be seen, `render` makes an element's content that, changing only what differs.
//
//   render(html`<p class=${kind} ?hidden=${!words} @click=${dismiss}>${words}</p>`, element);
//
// `name=${…}` sets an attribute (null, undefined or `nothing` take it away), `?name=${…}` one that is there or not,
// `.name=${…}` a property, `@name=${…}` listens to an event. Between tags stand texts, templates, lists of them, and
// `repeat`. A value is never read as markup: it becomes a text node, an attribute or a property.

import { Region } from "./template/region.js";

/** What leaves a place empty and takes an attribute away. */
export { nothing } from "./template/values.js";
export { html, live, repeat, svg } from "./template/values.js";

/** @type {WeakMap<Element | DocumentFragment, Region>} */
const regions = new WeakMap();

/**
 * Make the content of an element what the value says. What the element has beside that stays, before it.
 *
 * @param {unknown} value
 * @param {Element | DocumentFragment} element
 */
export const render = (value, element) => {
  let region = regions.get(element);
  if (region?.start.parentNode !== element) {
    const start = element.appendChild(document.createComment(""));
    region = new Region(start, null);
    regions.set(element, region);
  }
  region.show(value);
};
