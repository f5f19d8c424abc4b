// What the fields of a form share: its document, its mistakes, what the user is typing, and which parts are open.

import { read, write } from "../schema/document.js";
import { join } from "../pointer.js";

/** What the user is typing, and which parts are open. It is kept while forms are created anew at each drawing. */
export const createMemory = () => ({ typing: { id: null, text: null }, open: new Set() });

/**
 * @param {object} given
 * @param {string} given.base the place of the form's document within the posted document; "" if it is the whole
 *   document
 * @param {object} given.description
 * @param {() => object} given.document
 * @param {(document: object) => void} given.changed
 * @param {() => { path: string, message: string }[]} given.mistakes
 * @param {() => void} given.redraw
 * @param {(words: string) => void} given.say announces a text to screen readers
 * @param {boolean} [given.keep] see `write`
 * @param {(key: string) => any} [given.network] the experiment's values, which layers inherit
 * @param {object} given.memory
 */
export const createForm = (given) => {
  const { base, description, document, changed, mistakes, redraw, say, keep = false, memory } = given;
  const { typing, open } = memory;
  const place = (path) => path.reduce(join, base);
  return {
    keep,
    description,
    place,
    id: (path) => `field-${encodeURIComponent(place(path)).replaceAll("%", ".")}`,
    get document() {
      return document();
    },
    get mistakes() {
      return mistakes();
    },
    read: (path) => read(description, document(), path),
    write: (path, value) => changed(write(description, document(), path, orDefault(path, value, keep), keep)),
    typed: (id) => (typing.id === id ? typing.text : null),
    type: (id, text) => {
      Object.assign(typing, { id, text });
      if (text === null) redraw();
    },
    /**
     * Whether a collapsible part is open. Once it was opened for a reason it stays open, so that it does not close
     * while the user reads it.
     */
    unfolded: (key, reason) => {
      if (reason) open.add(key);
      return open.has(key);
    },
    fold: (key, unfold) => {
      if (unfold) open.add(key);
      else open.delete(key);
      redraw();
    },
    network: given.network ?? ((key) => read(description, document(), [key])),
    redraw,
    say,
  };
};

/**
 * In a merge patch null stands for the default. If the key were removed, its field would disappear while the user
 * types.
 */
const orDefault = (path, value, keep) => (keep && path.length === 1 && value === undefined ? null : value);
