// The parsed elements of a template, shared by all of its instances, and the places of its values.

const TEXT = "text";
const TAG = "tag";
/** Delimiters around the index of a value in the markup, which no template contains. */
const MARK = "\u{F0000}";
const MARKS = new RegExp(`${MARK}(\\d+)${MARK}`, "u");
/** Matches the name of the attribute at the end of a text. */
const NAME = /([.?@]?[^\s"'<>=/]+)\s*=\s*(?:["'][^"']*)?$/;

/**
 * A place for values; places are in the order of the template.
 * @typedef {{ node: number, name: string | null, parts: string[] }} Place `node` is the index among elements and
 *   comments; an attribute has a `name` and the texts around its values
 */

export class Blueprint {
  /** @type {Place[]} */
  places = [];

  /**
   * @param {TemplateStringsArray} strings
   * @param {boolean} isSvg
   */
  constructor(strings, isSvg) {
    this.content = parsed(markup(strings), isSvg);
    const walker = walk(this.content);
    for (let node = 0; walker.nextNode(); node++) this.#find(walker.currentNode, node, strings);
    const found = this.places.reduce((sum, { parts }) => sum + Math.max(1, parts.length - 1), 0);
    if (found !== strings.length - 1) throw new Error(`A value stands where none can: ${strings.join("${…}")}`);
  }

  /** A copy of the elements, with the node of each place. */
  copy() {
    const content = document.importNode(this.content, true);
    const walker = walk(content);
    let at = -1;
    const nodes = this.places.map(({ node }) => {
      for (; at < node; at++) walker.nextNode();
      return walker.currentNode;
    });
    return { content, nodes };
  }

  /**
   * @param {Node} node
   * @param {number} i
   * @param {TemplateStringsArray} strings
   */
  #find(node, i, strings) {
    if (node instanceof Element) return this.#findAttributes(node, i, strings);
    if (!MARKS.test(node.textContent ?? "")) return;
    node.textContent = "";
    this.places.push({ node: i, name: null, parts: [] });
  }

  /**
   * @param {Element} element
   * @param {number} i
   * @param {TemplateStringsArray} strings
   */
  #findAttributes(element, i, strings) {
    for (const { name, value } of [...element.attributes]) {
      const [before, first, ...rest] = value.split(MARKS);
      if (first === undefined) continue;
      const written = NAME.exec(strings[Number(first)])?.[1] ?? name; // the parser converts it to lower case
      element.removeAttribute(name);
      this.places.push({ node: i, name: written, parts: [before, ...rest.filter((_, i) => i % 2 === 0)] });
    }
  }
}

/** @type {WeakMap<TemplateStringsArray, Blueprint>} */
const known = new WeakMap();

/** @param {import("./values.js").Template} template */
export const blueprintOf = ({ strings, isSvg }) => {
  let found = known.get(strings);
  if (!found) known.set(strings, found = new Blueprint(strings, isSvg));
  return found;
};

/**
 * The template's text, with a mark for each value. A value at the end of the template gets a comment behind it, which
 * marks its end.
 */
const markup = (/** @type {TemplateStringsArray} */ strings) => {
  let state = TEXT;
  return strings.map((text, i) => {
    if (i === strings.length - 1) return text || "<!---->";
    state = after(text, state);
    const mark = `${MARK}${i}${MARK}`;
    if (state === TEXT) return `${text}<!--${mark}-->`;
    return state === TAG ? `${text}"${mark}"` : text + mark;
  }).join("");
};

/**
 * The parser's state after the text: between tags, inside a tag, or inside quotes of a tag.
 *
 * @param {string} text
 * @param {string} state
 */
const after = (text, state) => {
  for (const character of text) {
    if (state === TEXT) state = character === "<" ? TAG : TEXT;
    else if (state !== TAG) state = character === state ? TAG : state;
    else if (character === ">") state = TEXT;
    else if (character === '"' || character === "'") state = character;
  }
  return state;
};

/**
 * @param {string} text
 * @param {boolean} isSvg
 */
const parsed = (text, isSvg) => {
  const whole = `<template>${isSvg ? `<svg>${text}</svg>` : text}</template>`;
  const { content } =
    /** @type {HTMLTemplateElement} */ (new DOMParser().parseFromString(whole, "text/html").querySelector("template"));
  if (isSvg) content.firstElementChild?.replaceWith(...content.firstElementChild.childNodes);
  return content;
};

const walk = (/** @type {Node} */ node) =>
  document.createTreeWalker(node, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
