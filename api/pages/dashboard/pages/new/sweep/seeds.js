// Seeds as people write them: "0-4" for five of them, "0, 1, 7" for three.

const MOST = 1000;

/** @returns {(number | string)[] | undefined} what is no seed stays as it was typed, for the service to say so */
export const seedsOf = (text) => {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  return parts.length ? parts.flatMap(range) : undefined;
};

const range = (part) => {
  const [, first, last] = /^(\d+)\s*[-–…]\s*(\d+)$/.exec(part) ?? [];
  if (first === undefined) return /^\d+$/.test(part) ? Number(part) : part;
  const length = Number(last) - Number(first) + 1;
  return length > 0 && length <= MOST ? Array.from({ length }, (_, i) => Number(first) + i) : part;
};

/** The other way: what follows on each other becomes a range. */
export const seedsText = (seeds) => {
  const runs = [];
  for (const seed of seeds) {
    const run = runs.at(-1);
    if (run && typeof seed === "number" && run.last + 1 === seed) run.last = seed;
    else runs.push({ first: seed, last: seed });
  }
  return runs.map(({ first, last }) => (first === last ? first : `${first}${last === first + 1 ? ", " : "-"}${last}`)).join(", ");
};
