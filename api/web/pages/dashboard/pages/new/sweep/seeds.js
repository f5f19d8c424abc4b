// Parses seeds as users write them: a count, or a list. `gradus/seeds.py` has the same grammar for the command line;
// `tests/seeds.json` tests both.

const MOST = 1000;

/**
 * A single number n means the seeds 0 to n - 1; else the text has numbers and ranges, separated by commas. The single
 * seed 5 is "5-5".
 *
 * @returns {number[] | string | undefined} the text as it was typed if it is invalid: then the service reports it
 */
export const seedsOf = (text) => {
  const words = text.trim().replace(/\s+/g, " ");
  if (!words) return undefined;
  const found = /^[0-9]{1,16}$/.test(words) ? upTo(Number(words)) : named(words);
  const fits = found && found.length > 0 && found.length <= MOST && new Set(found).size === found.length;
  return fits ? found : text.trim();
};

const upTo = (count) => (count <= MOST ? Array.from({ length: count }, (_, i) => i) : null);

const named = (words) => {
  const parts = words.replace(/ ?([-–]) ?/g, "$1").replace(/,$/, "").trimEnd().split(/ ?, ?| /).map(range);
  return parts.every(Boolean) ? parts.flat() : null;
};

const range = (part) => {
  const match = /^([0-9]{1,16})(?:[-–]([0-9]{1,16}))?$/.exec(part);
  if (!match) return null;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  const length = last - first + 1;
  return length > 0 && length <= MOST && last <= Number.MAX_SAFE_INTEGER
    ? Array.from({ length }, (_, i) => first + i)
    : null;
};

/**
 * The inverse: consecutive seeds become a range. A single seed becomes a range, too, because a single number is a
 * count.
 */
export const seedsText = (seeds) => {
  if (seeds.length === 1) return `${seeds[0]}-${seeds[0]}`;
  const runs = [];
  for (const seed of seeds) {
    const run = runs.at(-1);
    if (run && typeof seed === "number" && run.last + 1 === seed) run.last = seed;
    else runs.push({ first: seed, last: seed });
  }
  return runs.map(({ first, last }) => (first === last ? first : `${first}${last === first + 1 ? ", " : "-"}${last}`))
    .join(", ");
};
