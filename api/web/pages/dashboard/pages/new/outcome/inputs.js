// How the columns of a table are encoded as inputs.

import { whole } from "../../../format.js";
import { html, nothing } from "../../../template.js";
import { visible } from "../../../visible.js";

/** Maximum number of columns that are listed. */
const MOST = 200;
/** The description of each kind of input block. @type {Record<string, [string, string]>} */
const KINDS = {
  number: ["number", "numbers"],
  category: ["category", "categories"],
  embedding: ["learned number", "learned numbers"],
  date: ["number of the date", "numbers of the date"],
  flag: ["flag for missing", "flags for missing"],
  pixels: ["pixel value", "pixel values"],
  array: ["number", "numbers"],
};

/** @param {any} result of a dry run */
export const inputsOf = ({ blocks }) => {
  const columns = byColumn(blocks);
  if (!columns.length) return nothing;
  return html`
    <details class="more">
      <summary>Inputs by column<span class="more-what">${columns.map(([name]) => visible(name)).join(
        ", ",
      )}</span></summary>
      <div class="table inputs" tabindex="0" role="region" aria-label="Inputs by column">
        <table>
          <thead>
            <tr><th scope="col">Column</th><th scope="col">Encoded as</th><th scope="col" class="number">Inputs</th></tr>
          </thead>
          <tbody>${columns.slice(0, MOST).map(row)}</tbody>
        </table>
      </div>
      ${columns.length > MOST
        ? html`<p class="small muted">And ${whole(columns.length - MOST)} more columns.</p>`
        : nothing}
    </details>
  `;
};

/** @param {any[]} blocks @returns {[string, any[]][]} */
const byColumn = (blocks) => {
  /** @type {Map<string, any[]>} */
  const columns = new Map();
  for (const block of blocks ?? []) columns.set(block.column, [...(columns.get(block.column) ?? []), block]);
  return [...columns];
};

/** @param {[string, any[]]} column */
const row = ([name, blocks]) =>
  html`
    <tr>
      <th scope="row"><bdi>${visible(name)}</bdi></th>
      <td>${blocks.map(words).join(", ")}</td>
      <td class="number">${whole(blocks.reduce((sum, { width, size }) => sum + width * (size ?? 1), 0))}</td>
    </tr>
  `;

/** @param {any} block */
const words = ({ kind, width, size }) => {
  const count = width * (size ?? 1);
  return `${whole(count)} ${(KINDS[kind] ?? [kind, kind])[count === 1 ? 0 : 1]}`;
};
