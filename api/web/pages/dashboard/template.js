// Templates: `html` and `svg` describe content, and `render` turns an element's content into it, changing only what
// differs.
//
//   render(html`<p class=${kind} ?hidden=${!words} @click=${dismiss}>${words}</p>`, element);
//
// `name=${…}` sets an attribute (null, undefined or `nothing` remove it), `?name=${…}` a boolean attribute,
// `.name=${…}` a property, and `@name=${…}` an event listener. Values between tags are texts, templates, lists of them,
// or `repeat`. A value is never parsed as markup: it becomes a text node, an attribute or a property.

import { Region } from "./template/region.js";

/** A value that leaves its place empty, or removes an attribute. */
export { nothing } from "./template/values.js";
export { html, live, repeat, svg } from "./template/values.js";

/** @type {WeakMap<Element | DocumentFragment, Region>} */
const regions = new WeakMap();

/**
 * Render a value as the content of an element. Other children of the element stay, in front of it.
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
