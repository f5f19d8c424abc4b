// The order of findings: the root cause first, and its consequences below it.

/** @typedef {{ finding: any, consequences: Chain[] }} Chain */

/**
 * The findings in their order, each once, consequences below their cause. A cause is ignored if it is not among the
 * findings, or if it is itself a consequence of the finding.
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

/** Number of similar findings that are shown; the others are collapsed. */
const SHOWN = 2;
/** Minimum number of other findings: collapsing fewer saves no space. */
const FOLDED = 3;

/**
 * The chains of findings. Further chains about the same finding in other columns are collapsed into one group.
 *
 * @param {Chain[]} chains
 * @returns {{ shown: Chain | null, folded: Chain[] }[]} for each group, one chain or several similar ones
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
