import { join } from "../pointer.js";

/**
 * Scans JSON that the user is typing: its tokens, and the range of each value. Invalid text is read as far as possible.
 */

const TOKEN = /("(?:[^"\\\n]|\\.)*"?)|(-?\d[\d.eE+-]*)|(true|false|null)|([{}[\],:])|(\s+)|([^\s{}[\],:"]+)/g;
const CLASSES = ["text", "number", "word", "mark", "space", "wrong"];

/**
 * @returns {{ kind: string, text: string, start: number }[]} the tokens, which together contain every character of the
 *   text
 */
export const tokens = (text) => {
  return [...text.matchAll(TOKEN)].map((match) => ({
    kind: CLASSES[match.slice(1).findIndex((group) => group !== undefined)],
    text: match[0],
    start: match.index,
  }));
};

/**
 * The ranges of the values.
 *
 * @returns {Map<string, { start: number, end: number }>} by place; "" is the whole document
 */
export const places = (text) => {
  const found = new Map();
  const open = [];
  for (const token of tokens(text)) {
    if (token.kind !== "space") step(found, open, token);
  }
  return found;
};

const step = (found, open, token) => {
  const inside = open.at(-1);
  const end = token.start + token.text.length;
  if (token.text === "}" || token.text === "]") {
    const closed = open.pop();
    if (closed) found.set(closed.path, { start: closed.start, end });
  } else if (token.text === ",") {
    if (inside) Object.assign(inside, { index: inside.index + 1, key: undefined });
  } else if (token.text === ":") {
    if (inside) inside.awaitsValue = true;
  } else if (inside?.isObject && !inside.awaitsValue) {
    inside.key = unquoted(token.text);
  } else {
    begin(found, open, token, end);
  }
};

const begin = (found, open, token, end) => {
  const inside = open.at(-1);
  const path = inside ? join(inside.path, inside.isObject ? inside.key : inside.index) : "";
  if (inside) inside.awaitsValue = false;
  found.set(path, { start: token.start, end });
  const isObject = token.text === "{";
  if (isObject || token.text === "[") open.push({ path, start: token.start, isObject, index: 0 });
};

const unquoted = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text; // a key that is still being typed
  }
};
