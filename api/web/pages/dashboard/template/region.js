// A range of an element's children that shows a value, from a comment to the node behind the range.

import { attributeOf } from "./attribute.js";
import { blueprintOf } from "./blueprint.js";
import { Keyed, nothing, Template } from "./values.js";

/** An instance of a template: its elements, and their places for values. */
class Instance {
  /** @param {Template} template */
  constructor(template) {
    const blueprint = blueprintOf(template);
    const { content, nodes } = blueprint.copy();
    this.strings = template.strings;
    this.content = content;
    this.places = blueprint.places.map(({ name, parts }, i) =>
      name === null
        ? new Region(/** @type {Comment} */ (nodes[i]), nodes[i].nextSibling)
        : attributeOf(/** @type {Element} */ (nodes[i]), name, parts)
    );
  }

  /** @param {unknown[]} values */
  show(values) {
    let i = 0;
    for (const place of this.places) i += place.take(values, i);
  }
}

export class Region {
  /**
   * What is shown; at most one of these is set.
   * @type {Text | null}
   */
  #text = null;
  /** @type {Instance | null} */
  #instance = null;
  /**
   * The items by key; in a list without keys, by index.
   * @type {{ key: unknown, region: Region }[] | null}
   */
  #items = null;

  /**
   * @param {Comment} [start] the node before the first one of the range
   * @param {ChildNode | null} [end] the node behind the last one; null if nothing else is in the parent. An item of a
   *   list begins and ends with its own comments
   */
  constructor(start = document.createComment(""), end = document.createComment("")) {
    this.start = start;
    this.end = end;
  }

  /**
   * @param {unknown[]} values
   * @param {number} i
   */
  take(values, i) {
    this.show(values[i]);
    return 1;
  }

  /** @param {unknown} value */
  show(value) {
    if (value instanceof Template) this.#showTemplate(value);
    else if (value instanceof Keyed) this.#showItems(value.items);
    else if (Array.isArray(value)) this.#showItems(value.map((one, i) => ({ key: i, value: one })));
    else this.#showText(value === nothing || value === null || value === undefined ? "" : String(value));
  }

  /** @param {string} text */
  #showText(text) {
    if (this.#text) {
      if (this.#text.data !== text) this.#text.data = text;
      return;
    }
    this.#clear();
    if (text) this.#insert(this.#text = document.createTextNode(text));
  }

  /** @param {Template} template */
  #showTemplate(template) {
    if (this.#instance?.strings === template.strings) return this.#instance.show(template.values);
    this.#clear();
    const instance = new Instance(template);
    instance.show(template.values);
    this.#insert(instance.content);
    this.#instance = instance;
  }

  /** @param {{ key: unknown, value: unknown }[]} items */
  #showItems(items) {
    if (!this.#items) this.#clear();
    const shown = this.#items ?? [];
    const isSame = shown.length === items.length && shown.every(({ key }, i) => key === items[i].key);
    if (isSame) items.forEach(({ value }, i) => shown[i].region.show(value));
    else this.#arrange(shown, items);
  }

  /**
   * Put the items in order, from the last to the first, each before the next. The item with the focus stays in place,
   * and the others are moved around it, because a moved element loses the focus.
   *
   * @param {{ key: unknown, region: Region }[]} shown
   * @param {{ key: unknown, value: unknown }[]} items
   */
  #arrange(shown, items) {
    const before = new Map(shown.map(({ key, region }) => [key, region]));
    const keys = new Set(items.map(({ key }) => key));
    if (keys.size !== items.length) throw new Error("Two items of a list have the same key.");
    for (const { key, region } of shown) if (!keys.has(key)) region.#remove();
    const focus = this.#focus();
    let next = this.end;
    this.#items = items.toReversed().map(({ key, value }) => {
      const region = before.get(key) ?? new Region();
      if (!before.has(key)) this.#insert(region.#made(value), next);
      else {
        region.show(value);
        if (region.#after !== next && !(focus && region.#holds(focus))) this.#move(region, next);
      }
      next = region.start;
      return { key, region };
    }).reverse();
  }

  /** The node behind an item. */
  get #after() {
    return /** @type {ChildNode} */ (this.end).nextSibling;
  }

  /**
   * The nodes of a new item.
   *
   * @param {unknown} value
   */
  #made(value) {
    const content = document.createDocumentFragment();
    content.append(this.start, /** @type {ChildNode} */ (this.end));
    this.show(value);
    return content;
  }

  /**
   * @param {Region} item
   * @param {ChildNode | null} next
   */
  #move(item, next) {
    let node = /** @type {ChildNode | null} */ (item.start);
    while (node) {
      const following = node === item.end ? null : node.nextSibling;
      this.#insert(node, next);
      node = following;
    }
  }

  /** The focused element, if it is inside. */
  #focus() {
    const active = document.activeElement;
    return active && this.start.parentNode?.contains(active) ? active : null;
  }

  /** @param {Node} node */
  #holds(node) {
    return this.#nodes().some((one) => one.contains(node));
  }

  /** All nodes of an item, including its two comments. */
  #nodes() {
    return [this.start, ...between(this.start, this.end), /** @type {ChildNode} */ (this.end)];
  }

  #remove() {
    for (const node of this.#nodes()) node.remove();
  }

  #clear() {
    if (!this.#text && !this.#instance && !this.#items) return;
    for (const node of between(this.start, this.end)) node.remove();
    this.#text = this.#instance = this.#items = null;
  }

  /** @param {Node} node */
  #insert(node, next = this.end) {
    /** @type {Node} */ (this.start.parentNode).insertBefore(node, next);
  }
}

/**
 * @param {ChildNode} start
 * @param {ChildNode | null} end
 */
const between = (start, end) => {
  const nodes = [];
  for (let node = start.nextSibling; node && node !== end; node = node.nextSibling) nodes.push(node);
  return nodes;
};
