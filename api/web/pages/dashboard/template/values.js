// The values that templates produce, which do not belong to an element yet.

/** A value that leaves its place empty, or removes an attribute. */
export const nothing = Symbol("nothing");

/** A template's strings, with the values between them. */
export class Template {
  /**
   * @param {TemplateStringsArray} strings the same object in each call, so that they are parsed once
   * @param {unknown[]} values
   * @param {boolean} isSvg whether its elements are inside an `<svg>`
   */
  constructor(strings, values, isSvg) {
    this.strings = strings;
    this.values = values;
    this.isSvg = isSvg;
  }
}

/**
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 */
export const html = (strings, ...values) => new Template(strings, values, false);

/**
 * A template for elements inside an `<svg>` that belongs to another template.
 *
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 */
export const svg = (strings, ...values) => new Template(strings, values, true);

/** A list whose elements are identified by keys. */
export class Keyed {
  /** @param {{ key: unknown, value: unknown }[]} items */
  constructor(items) {
    this.items = items;
  }
}

/**
 * A list in which each item keeps its elements, with their focus and typed text, when it moves.
 *
 * @template T
 * @param {T[]} items
 * @param {(item: T) => unknown} key a function to a unique key of each item
 * @param {(item: T, i: number) => unknown} view
 */
export const repeat = (items, key, view) =>
  new Keyed(items.map((item, i) => ({ key: key(item), value: view(item, i) })));

/** A property that is compared with the element's current value. */
export class Live {
  /** @param {unknown} value */
  constructor(value) {
    this.value = value;
  }
}

/**
 * For a property that the user can change, too: it is set whenever it differs, otherwise it and the selection stay as
 * they are.
 *
 * @param {unknown} value
 */
export const live = (value) => new Live(value);
