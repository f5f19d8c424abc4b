// The patch of a finding: the change as a diff, and its predicted effect.

import { figure, sentence } from "../format.js";
import { changesOf } from "../merge_patch.js";
import { html, nothing } from "../template.js";
import { visible, visibleJson, visibleLines } from "../visible.js";
import { andMore } from "./evidence.js";
import { statisticName } from "./statistics.js";

const LONGEST = 160;
/** Maximum number of changes of one patch that are shown. */
const MOST = 12;

/**
 * @param {any} patch
 * @param {any} document the document that it changes; undefined if it is not known
 * @param {unknown} actions
 * @param {unknown} proof of what it is worth
 */
export const patchView = ({ patch, why, predicted }, document, actions, proof) => {
  const changes = changesOf(document, patch);
  return html`
    <div class="patch">
      <div class="patch-words">
        <p class="small">${visibleLines(sentence(why))}</p>
        <ul class="diff" aria-label="Changes">${changes.slice(0, MOST).map(change)}</ul>
        ${andMore(changes.length - MOST)}
        ${predictions(predicted)} ${proof}
      </div>
      ${actions === nothing ? nothing : html`<div class="row">${actions}</div>`}
    </div>
  `;
};

/** @param {import("../merge_patch.js").Change} change */
const change = ({ path, from, to }) =>
  html`
    <li><code>${visible(path)}</code> ${from === undefined ? nothing : html`
      <del>${short(from)}</del>
    `}${to === undefined ? html`<span class="muted">as by default</span>` : html`<ins>${short(to)}</ins>`}</li>
  `;

/** A value as text. An object with only a `kind` is shown as the name of the kind. @param {any} value */
const short = (value) => {
  const kind = typeof value === "object" && value !== null && Object.keys(value).length === 1 ? value.kind : undefined;
  const word = kind ?? value;
  const text = typeof word === "string" && word ? visible(word) : visibleJson(JSON.stringify(word));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
};

/** @param {Record<string, any>} predicted */
const predictions = (predicted) => {
  const all = Object.entries(predicted ?? {});
  if (!all.length) return nothing;
  return html`<dl class="evidence">${
    all.map(([statistic, { before, after }]) =>
      html`
        <div>
          <dt>Predicted ${statisticName(statistic)}</dt>
          <dd>${told(before)} → <strong>${told(after)}</strong></dd>
        </div>
      `
    )
  }</dl>`;
};

const told = (/** @type {any} */ value) => (typeof value === "string" ? visible(value) : figure(value));
