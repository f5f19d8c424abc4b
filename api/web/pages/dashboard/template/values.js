// What templates are made of: values without an element.

/** What leaves a place empty and takes an attribute away. */
export const nothing = Symbol("nothing");

/** A template's strings with the values between them. */
export class Template {
  /**
   * @param {TemplateStringsArray} strings the same object each time: what is made of them is made once
   * @param {unknown[]} values
   * @param {boolean} isSvg whether its elements stand inside of an `<svg>`
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
 * For elements that stand inside of an `<svg>`, which another template holds.
 *
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 */
export const svg = (strings, ...values) => new Template(strings, values, true);

/** A list whose elements move along with their keys. */
export class Keyed {
  /** @param {{ key: unknown, value: unknown }[]} items */
  constructor(items) {
    this.items = items;
  }
}

/**
 * A list in which each item keeps its elements, with their focus and what is typed, wherever it moves.
 *
 * @template T
 * @param {T[]} items
 * @param {(item: T) => unknown} key another for each of them
 * @param {(item: T, i: number) => unknown} view
 */
export const repeat = (items, key, view) =>
  new Keyed(items.map((item, i) => ({ key: key(item), value: view(item, i) })));

/** A property that is held against what the element has now. */
export class Live {
  /** @param {unknown} value */
  constructor(value) {
    this.value = value;
  }
}

/**
 * For a property that a person changes, too: it is set whenever it is another, and else left alone with its selection.
 *
 * @param {unknown} value
 */
export const live = (value) => new Live(value);
