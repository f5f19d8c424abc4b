// What the fields of one form share: its document, its mistakes, and what a person is typing or has unfolded.

import { read, write } from "../schema/document.js";
import { join } from "../pointer.js";

/** What a person is typing, and what is unfolded: forms that are made anew at each drawing share it. */
export const createMemory = () => ({ typing: { id: null, text: null }, open: new Set() });

/**
 * @param {object} given
 * @param {string} given.base the place of the form's document in the whole that is posted; "" if it is the whole
 * @param {object} given.description
 * @param {() => object} given.document
 * @param {(document: object) => void} given.changed
 * @param {() => { path: string, message: string }[]} given.mistakes
 * @param {() => void} given.redraw
 * @param {(words: string) => void} given.say to who does not see
 * @param {boolean} [given.keep] see `write`
 * @param {(key: string) => any} [given.network] what the network has where a layer says nothing
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
    /** Whether a folded part is open: once there was a reason it stays, or it would close under the reader's eyes. */
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

/** In a merge patch null says "as by default"; without the key its field would go while a person types. */
const orDefault = (path, value, keep) => (keep && path.length === 1 && value === undefined ? null : value);
