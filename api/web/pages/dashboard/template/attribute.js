// The parts of a template inside a tag: attributes, properties and listeners of one element.

import { Live, nothing } from "./values.js";

const isAbsent = (/** @type {unknown} */ value) => value === nothing || value === null || value === undefined;

// Each part's `take` reads its values from index i on, and returns their number.

/** An attribute with one value, or with several values and texts between them. */
class Attribute {
  /** @type {string | null | undefined} */
  #shown = undefined;

  /**
   * @param {Element} element
   * @param {string} name
   * @param {string[]} parts the texts around the values, one more than there are values
   */
  constructor(element, name, parts) {
    this.element = element;
    this.name = name;
    this.parts = parts;
    this.isWhole = parts.every((part) => part === "") && parts.length === 2;
  }

  /**
   * @param {unknown[]} values
   * @param {number} i
   */
  take(values, i) {
    const text = this.isWhole ? (isAbsent(values[i]) ? null : String(values[i])) : this.#text(values, i);
    if (text !== this.#shown) this.#show(text);
    return this.parts.length - 1;
  }

  /** @param {string | null} text */
  #show(text) {
    this.#shown = text;
    if (text === null) this.element.removeAttribute(this.name);
    else this.element.setAttribute(this.name, text);
  }

  /**
   * @param {unknown[]} values
   * @param {number} i
   */
  #text(values, i) {
    let text = this.parts[0];
    for (let n = 1; n < this.parts.length; n++) {
      text += (isAbsent(values[i + n - 1]) ? "" : values[i + n - 1]) + this.parts[n];
    }
    return text;
  }
}

/** A boolean attribute. */
class Flag {
  /**
   * @param {Element} element
   * @param {string} name
   */
  constructor(element, name) {
    this.element = element;
    this.name = name;
  }

  /**
   * @param {unknown[]} values
   * @param {number} i
   */
  take(values, i) {
    const value = values[i];
    this.element.toggleAttribute(this.name, !isAbsent(value) && Boolean(value));
    return 1;
  }
}

class Property {
  /** @type {unknown} */
  #shown = nothing;

  /**
   * @param {Element} element
   * @param {string} name
   */
  constructor(element, name) {
    this.element = /** @type {Record<string, any>} */ (/** @type {unknown} */ (element));
    this.name = name;
  }

  /**
   * @param {unknown[]} values
   * @param {number} i
   */
  take(values, i) {
    const given = values[i];
    const value = given instanceof Live ? given.value : given;
    const now = given instanceof Live ? this.element[this.name] : this.#shown;
    this.#shown = value;
    if (value !== now && value !== nothing) this.element[this.name] = value;
    return 1;
  }
}

/** One listener for the lifetime of the element, which calls the newest given function. */
class Listener {
  /** @type {unknown} */
  #call = null;

  /**
   * @param {Element} element
   * @param {string} name
   */
  constructor(element, name) {
    element.addEventListener(name, this);
  }

  /**
   * @param {unknown[]} values
   * @param {number} i
   */
  take(values, i) {
    this.#call = values[i];
    return 1;
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (typeof this.#call === "function") this.#call.call(event.currentTarget, event);
  }
}

/**
 * The part of an element for a name such as "class", "?open", ".value" or "@click".
 *
 * @param {Element} element
 * @param {string} name
 * @param {string[]} parts
 */
export const attributeOf = (element, name, parts) => {
  const bare = name.slice(1);
  if (name.startsWith("@")) return new Listener(element, bare);
  if (name.startsWith("?")) return new Flag(element, bare);
  return name.startsWith(".") ? new Property(element, bare) : new Attribute(element, name, parts);
};
