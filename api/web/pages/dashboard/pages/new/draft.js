// The document that the user edits: as a value, which the form changes, and as text, which the user may type. A change
// of one updates the other; invalid text leaves the value unchanged.

import { isObject } from "./json/link.js";
import { pretty } from "./json/pretty.js";

/** @param {() => void} changed after each change */
export const createDraft = (document, changed) => {
  const draft = { document, text: pretty(document), fault: null };
  const become = (state) => {
    Object.assign(draft, state);
    changed();
  };
  draft.replace = (next) => become({ document: next, text: pretty(next), fault: null });
  draft.type = (text) => {
    const { document: next, fault } = parse(text);
    become(fault ? { text, fault } : { document: next, text, fault: null });
  };
  return draft;
};

const parse = (text) => {
  try {
    const found = JSON.parse(text);
    return isObject(found) ? { document: found, fault: null } : { fault: "A spec is an object: { … }" };
  } catch (error) {
    return { fault: `This is not JSON yet: ${error instanceof Error ? error.message : error}` };
  }
};
