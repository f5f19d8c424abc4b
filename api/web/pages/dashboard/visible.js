// Escapes texts of other users, so that they can neither hide nor change what is beside them.

const SHORT = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
/**
 * Control characters, characters that change the direction of text, line separators, and invisible marks. The command
 * line's `gradus/printable.py` has the same set; `tests/unprintable.json` tests both.
 */
// deno-lint-ignore no-control-regex -- it searches for these characters
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;
const LINES = /([\n\t]+)/;
const SOMETHING = /[^\s\p{Default_Ignorable_Code_Point}\u2800\u3164]/u;

const escaped = (character) => {
  const code = character.charCodeAt(0);
  if (SHORT[character]) return SHORT[character];
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : unicode(character);
};

const unicode = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A name or a label in one line, with invisible characters escaped: "\x1b" for Escape. */
export const visible = (text) => text.replace(UNSEEN, escaped);

/** A text that may have several lines. */
export const visibleLines = (text) =>
  text.replaceAll("\r\n", "\n").split(LINES).map((part, i) => (i % 2 ? part : visible(part))).join("");

/** The JSON, in which characters that change the direction of text are escaped. */
export const visibleJson = (text) =>
  text.replace(UNSEEN, (character) => (character === "\n" ? character : unicode(character)));

/** A text for use within a sentence, isolated from the sentence's direction. */
export const isolated = (text) => `\u2068${text}\u2069`;

/** Whether a name has visible characters. */
export const isSeen = (text) => SOMETHING.test(text);
