// Findings about a data set or an experiment: severity, place, why it matters, evidence, and how to solve it.

import { at } from "../address.js";
import { icon } from "../icons.js";
import { sentence, whole } from "../format.js";
import { same } from "../pages/new/schema/document.js";
import { html, nothing } from "../template.js";
import { visible, visibleLines } from "../visible.js";
import { evidenceList } from "./evidence.js";
import { chainsOf, folded } from "./order.js";
import { patchView } from "./patch.js";
import { severityBadge, titleOf } from "./severity.js";
import { verifiedView, verifyingView } from "./verified.js";

/**
 * The context of findings.
 * @typedef {object} Surroundings
 * @property {(patch: any) => any} document the document that a patch changes; undefined if it is not known
 * @property {(patch: any, isFirst: boolean, finding: any) => unknown} actions buttons that apply a patch; the first one
 *   is the recommended action
 * @property {(finding: any) => string | null} rows the address of a page with the rows of a finding, if it names rows
 */

const FIRST = "finding-0";

/** @param {any[]} findings @param {Surroundings} around */
export const findingList = (findings, around) =>
  html`<ul class="findings">${
    folded(chainsOf(findings)).map(({ shown, folded: rest }, i) =>
      shown ? chainView(shown, around, `finding-${i}`) : restView(rest, around, `finding-${i}`)
    )
  }</ul>`;

/**
 * The same finding in other columns.
 * @param {import("./order.js").Chain[]} chains
 * @param {Surroundings} around
 * @param {string} key
 */
const restView = (chains, around, key) =>
  html`
    <li class="card">
      <details class="more">
        <summary>${titleOf(chains[0].finding.id)}, ${chains.length} more<span class="more-what">${chains.map((
          { finding },
        ) => visible(finding.column ?? finding.layer ?? "")).join(", ")}</span></summary>
        <ul class="findings">${chains.map((one, i) => chainView(one, around, `${key}-${i}`))}</ul>
      </details>
    </li>
  `;

/** @param {string} words */
export const nothingFound = (words) => html`<p class="card nothing-found" role="status">${icon("check")}${words}</p>`;

/**
 * @param {import("./order.js").Chain} chain
 * @param {Surroundings} around
 * @param {string} key
 * @param {any[]} above patches of the causes above it, which are not offered again
 */
const chainView = ({ finding, consequences }, around, key, above = []) => {
  const patches = finding.patches.filter((/** @type {any} */ { patch }) => !above.some((one) => same(one, patch)));
  const offered = [...above, ...patches.map((/** @type {any} */ { patch }) => patch)];
  return html`
    <li class="card finding" aria-labelledby=${key}>
      ${head(finding, around, key)}
      <p>${visibleLines(sentence(finding.because))}</p>
      ${evidenceList(finding.evidence)}
      ${patches.map((/** @type {any} */ one, /** @type {number} */ i) =>
        patchView(
          one,
          around.document(one),
          around.actions(one, key === FIRST && i === 0, finding),
          proofs(finding, ({ patch }) => same(patch, one.patch)),
        )
      )}
      ${proofs(finding, ({ patch }) => !patches.some((/** @type {any} */ one) => same(patch, one.patch)))}
      ${consequences.length
        ? html`
          <div class="consequences">
            <h3>What follows from it</h3>
            <ul class="findings">${consequences.map((one, i) => chainView(one, around, `${key}-${i}`, offered))}</ul>
          </div>
        `
        : nothing}
    </li>
  `;
};

/** The verifications of the finding whose patch is one of these. @param {any} finding @param {(proof: any) => boolean} isOf */
const proofs = ({ verifying, verified }, isOf) => [
  verifying && isOf(verifying) ? verifyingView(verifying) : nothing,
  verified && isOf(verified) ? verifiedView(verified) : nothing,
];

/** @param {any} finding @param {Surroundings} around @param {string} key */
const head = (finding, around, key) => {
  const { id, severity, layer, column, since } = finding;
  const rows = around.rows(finding);
  return html`
    <div class="card-head">
      ${severityBadge(severity)}
      <h2 id=${key}>${titleOf(id)}${place(column ?? layer)}</h2>
      ${since
        ? html`<span class="small muted">since epoch ${whole(since.epoch)}, step ${whole(since.step)}</span>`
        : nothing}
      ${rows === null ? nothing : html`<a class="button" href=${rows}>Show the rows</a>`}
    </div>
  `;
};

/** @param {string | null} name */
const place = (name) => (name ? html`: <bdi>${visible(name)}</bdi>` : nothing);

/** The row numbers in the evidence of a finding. @param {any} finding @returns {number[]} in order */
export const rowsOf = ({ evidence }) =>
  [...new Set(evidence.flatMap((/** @type {any} */ { rows }) => rows ?? []))].toSorted((one, other) => one - other);

/** The address of the rows of a finding about the data. @param {any} dataset of the spec @param {any} finding */
export const rowsAddress = ({ name, version }, finding) => {
  const rows = rowsOf(finding);
  if (!rows.length || !version) return null;
  const query = new URLSearchParams({ tab: "rows", version: String(version), row: rows.join(",") });
  if (finding.column) query.set("of", finding.column);
  return at(`/data/${encodeURIComponent(name)}?${query}`);
};
