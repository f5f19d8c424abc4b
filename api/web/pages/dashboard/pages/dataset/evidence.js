// The evidence for a column's type, in words.

import { whole } from "../../format.js";
import { isolated, visible } from "../../visible.js";

/** The singular and plural names of each kind of cell. @type {Record<string, [string, string]>} */
const KINDS = {
  empty: ["empty", "empty"],
  missing_word: ["a word for a missing value", "words for a missing value"],
  text: ["a text", "texts"],
  true_false: ["true or false", "true or false"],
  yes_no: ["a word such as yes or no", "words such as yes and no"],
  integer: ["an integer", "integers"],
  leading_zero: ["an integer with a leading zero", "integers with a leading zero"],
  big_integer: ["an integer too long to be an amount", "integers too long to be amounts"],
  number: ["a decimal number", "decimal numbers"],
  comma_number: ["a number with a decimal comma", "numbers with a decimal comma"],
  not_finite: ["an infinity", "infinities"],
  overflow: ["a number too large for a float", "numbers too large for a float"],
  percent: ["a percentage", "percentages"],
  point_three: ["a number such as 1.234", "numbers such as 1.234"],
  comma_three: ["a number such as 1,234", "numbers such as 1,234"],
  date: ["a date", "dates"],
  datetime: ["a date with a time", "dates with a time"],
  zoned_datetime: ["a moment with a time zone", "moments with a time zone"],
  day_first: ["a date with the day first", "dates with the day first"],
  month_first: ["a date with the month first", "dates with the month first"],
  day_or_month_first: ["a date that begins with day or month", "dates that begin with day or month"],
};
const NO_KIND = new Set(["cells", "first", "missing_words"]);

/** @param {{ evidence: Record<string, any>, would_be: Record<string, string> }} column @returns {string[]} sentences */
export const evidenceOf = ({ evidence, would_be }) => [
  ...(evidence.cells ? [countsOf(evidence)] : declared(evidence)),
  ...(evidence.first
    ? [`The first that differs is ${quoted(evidence.first.text)} in line ${whole(evidence.first.line)}.`]
    : []),
  ...Object.entries(would_be).map(([type, condition]) => `It would be ${article(type)} ${type} ${visible(condition)}.`),
];

const article = (/** @type {string} */ type) => (/^[aeiou]/.test(type) ? "an" : "a");

/** @param {Record<string, any>} evidence */
const countsOf = ({ cells, ...found }) => {
  const kinds = Object.entries(found).filter(([kind, count]) => !NO_KIND.has(kind) && typeof count === "number");
  const [[kind, count] = ["text", 0], ...others] = kinds.toSorted((one, other) => other[1] - one[1]);
  if (!others.length && count === cells && cells > 1) return `All ${whole(cells)} cells are ${words(kind, 2, found)}.`;
  const parts = [[kind, count], ...others].map(([kind, count]) =>
    `${whole(count)} ${count === 1 ? "is" : "are"} ${words(kind, count, found)}`
  );
  return `Of ${whole(cells)} cells, ${parts.join(", ")}.`;
};

/** @param {string} kind @param {number} count @param {Record<string, any>} found */
const words = (kind, count, found) => {
  const place = count === 1 ? 0 : 1;
  const bare = kind.replace(/_time$/, "");
  const said = KINDS[kind]?.[place] ?? (KINDS[bare] ? `${KINDS[bare][place]}, with a time` : grouped(kind));
  const missing = Object.keys(found.missing_words ?? {});
  return kind === "missing_word" && missing.length ? `${said} (${missing.map(quoted).join(", ")})` : said;
};

const grouped = (/** @type {string} */ kind) => {
  const [, mark] = /^groups?:(.)/s.exec(kind) ?? [];
  return mark ? `numbers whose groups of three have ${quoted(mark)} between them` : visible(kind.replaceAll("_", " "));
};

const quoted = (/** @type {string} */ text) => `“${isolated(visible(text))}”`;

/** The type that the file itself states. @param {Record<string, any>} evidence */
const declared = (evidence) => {
  const said = Object.entries(evidence).filter(([key]) => key !== "first");
  return said.map(([key, value]) =>
    `The file says: ${visible(`${key} ${typeof value === "string" ? value : JSON.stringify(value)}`)}.`
  );
};
