// Findings as one reads them: the root cause first, and below it what follows from it.

/** @typedef {{ finding: any, consequences: Chain[] }} Chain */

/**
 * Each finding once, in the order in which they are given, consequences below their cause. The cause that is named but
 * not among them, or that is a consequence of its own, counts as none.
 *
 * @param {any[]} findings
 * @returns {Chain[]}
 */
export const chainsOf = (findings) => {
  /** @type {Map<any, Chain>} */
  const chains = new Map(findings.map((finding) => [finding, { finding, consequences: [] }]));
  const causeOf = (/** @type {any} */ finding) =>
    findings.find(({ id }) => id === finding.consequence_of && id !== finding.id);
  const isCyclic = (/** @type {any} */ finding) => {
    const seen = new Set([finding]);
    for (let cause = causeOf(finding); cause; cause = causeOf(cause)) {
      if (seen.has(cause)) return true;
      seen.add(cause);
    }
    return false;
  };
  const roots = [];
  for (const [finding, chain] of chains) {
    const cause = isCyclic(finding) ? undefined : chains.get(causeOf(finding));
    (cause?.consequences ?? roots).push(chain);
  }
  return roots;
};

/** Alike ones that are shown before the others are folded. */
const SHOWN = 2;
/** Below so many of the others, folding saves nothing. */
const FOLDED = 3;

/**
 * The chains, those beyond the first of the same finding in other columns together.
 *
 * @param {Chain[]} chains
 * @returns {{ shown: Chain | null, folded: Chain[] }[]} either one chain, or several alike
 */
export const folded = (chains) => {
  /** @type {Map<string, Chain[]>} */
  const alike = new Map();
  for (const chain of chains) {
    const key = `${chain.finding.severity} ${chain.finding.id}`;
    alike.set(key, [...(alike.get(key) ?? []), chain]);
  }
  return [...alike.values()].flatMap((same) => {
    const shown = same.length < SHOWN + FOLDED ? same : same.slice(0, SHOWN);
    const rest = same.slice(shown.length);
    const each = shown.map((one) => ({ shown: one, folded: /** @type {Chain[]} */ ([]) }));
    return rest.length ? [...each, { shown: null, folded: rest }] : each;
  });
};
