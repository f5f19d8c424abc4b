// What other people wrote, so that it can neither hide nor change what stands beside it.

const SHORT = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
/** Control characters, what turns the direction of a text, separators of lines, and marks that nobody sees. The
 * command line's `gradus/printable.py` has the same; `tests/unprintable.json` holds both. */
// deno-lint-ignore no-control-regex -- these are what it looks for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;
const LINES = /([\n\t]+)/;
const SOMETHING = /[^\s\p{Default_Ignorable_Code_Point}\u2800\u3164]/u;

const escaped = (character) => {
  const code = character.charCodeAt(0);
  if (SHORT[character]) return SHORT[character];
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : unicode(character);
};

const unicode = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A name or a label on one line: what cannot be seen is written out, "\x1b" for an escape. */
export const visible = (text) => text.replace(UNSEEN, escaped);

/** A text that may have lines of its own. */
export const visibleLines = (text) =>
  text.replaceAll("\r\n", "\n").split(LINES).map((part, i) => (i % 2 ? part : visible(part))).join("");

/** The same JSON, in which nothing turns the direction of what stands behind it. */
export const visibleJson = (text) =>
  text.replace(UNSEEN, (character) => (character === "\n" ? character : unicode(character)));

/** Inside of a sentence, whatever the direction of its letters. */
export const isolated = (text) => `\u2068${text}\u2069`;

/** Whether there is anything to be seen in a name. */
export const isSeen = (text) => SOMETHING.test(text);
