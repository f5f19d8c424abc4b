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
