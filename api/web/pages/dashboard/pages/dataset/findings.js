// What is wrong with the data: how grave, why it matters, how that is known, and what would mend it.

import { at } from "../../address.js";
import { get } from "../../api.js";
import { figure, whole } from "../../format.js";
import { icon } from "../../icons.js";
import { mayChange } from "../../session.js";
import { html, nothing } from "../../template.js";
import { attempt } from "../../toast.js";
import { visible, visibleJson, visibleLines } from "../../visible.js";
import { trainingAddress } from "./actions.js";
import { merged } from "./merge_patch.js";

/** @type {Record<string, { drawing: string, like: string }>} */
const SEVERITIES = {
  critical: { drawing: "failed", like: "failed" },
  warning: { drawing: "warning", like: "paused" },
  note: { drawing: "info", like: "running" },
};

export class FindingsTab {
  /** @param {import("../dataset.js").TabContext} context */
  constructor({ findings, version }) {
    this.findings = findings;
    this.version = version;
  }

  /** @param {any} set */
  view(set) {
    const found = this.findings();
    if (!found.length) {
      return html`<p class="card nothing-found" role="status">${
        icon("check")
      }Nothing was found that is wrong with the data.</p>`;
    }
    return html`<ul class="findings">${found.map((one, i) => this.#finding(set, one, i))}</ul>`;
  }

  /** @param {any} set @param {any} finding @param {number} i */
  #finding(set, finding, i) {
    const { id, severity, column, because, evidence, patches } = finding;
    const { drawing, like } = SEVERITIES[severity] ?? SEVERITIES.note;
    const rows = evidence.some((/** @type {any} */ one) => one.rows?.length);
    const address = at(
      `/data/${set.id}?tab=rows&${new URLSearchParams({ finding: id, ...(column ? { of: column } : {}) })}`,
    );
    return html`
      <li class="card finding" aria-labelledby="finding-${i}">
        <div class="card-head">
          <span class="status status-${like}">${icon(drawing)}<span>${severity}</span></span>
          <h2 id="finding-${i}">${titleOf(id)}${column ? html`: <bdi>${visible(column)}</bdi>` : nothing}</h2>
          ${rows ? html`<a class="button" href=${address}>Show the rows</a>` : nothing}
        </div>
        <p>${visibleLines(because)}</p>
        ${evidence.length ? html`<dl class="evidence">${evidence.map(measured)}</dl>` : nothing}
        ${patches.map((/** @type {any} */ one) => this.#patch(set, one))}
      </li>
    `;
  }

  /** @param {any} set @param {any} patch */
  #patch(set, { patch, of, why }) {
    const apply = async () => {
      const now = await attempt(() => get(`/v1/datasets/${set.id}/versions/${set.version}`));
      if (now) await this.version(merged(now.parse, patch));
    };
    return html`
      <div class="patch">
        <p class="small">${visibleLines(why)} <code>${visibleJson(JSON.stringify(patch))}</code></p>
        ${!mayChange()
          ? nothing
          : of === "parse"
          ? html`<button class="button" @click=${apply}>Read again with this</button>`
          : html`<a class="button" href=${trainingAddress(set, patch)}>Train with this</a>`}
      </div>
    `;
  }
}

/** "data_leak" as "Leak". */
const titleOf = (/** @type {string} */ id) => {
  const words = id.replace(/^data_/, "").replaceAll("_", " ");
  return visible(words.charAt(0).toUpperCase() + words.slice(1));
};

/** @param {any} evidence */
const measured = ({ statistic, column, value, threshold, rows }) =>
  html`
    <div>
      <dt>${visible(statistic)}${column
        ? html`
          of <bdi>${visible(column)}</bdi>
        `
        : nothing}</dt>
      <dd><bdi>${typeof value === "string"
        ? visible(value)
        : figure(value)}</bdi>${threshold === null || threshold === undefined ? nothing : html`
        <span class="muted">(limit ${figure(threshold)})</span>
      `}${rows?.length
        ? html`
          <span class="muted">rows ${rowsWords(rows)}</span>
        `
        : nothing}</dd>
    </div>
  `;

const FEW = 8;
const rowsWords = (/** @type {number[]} */ rows) =>
  `${rows.slice(0, FEW).map(whole).join(", ")}${rows.length > FEW ? ", …" : ""}`;
