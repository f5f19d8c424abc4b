// The log of a run.

import { clockTime, moment } from "../../format.js";
import { isFinal } from "../../status.js";
import { html, nothing } from "../../template.js";
import { visibleLines } from "../../visible.js";

export class LogTab {
  /** @param {import("../experiment.js").TabContext} context */
  constructor({ store }) {
    this.store = store;
  }

  read() {
    return this.store.readLog();
  }

  /** @param {any} experiment */
  view({ error, status }) {
    return log(this.store.lines, error, status);
  }
}

/** If the log of a failed run does not contain its error, the error is shown as the last line. */
export const log = (lines, error, status) =>
  html`
    <section class="card" aria-labelledby="log-title">
      <h2 id="log-title">Log</h2>
      ${lines.length
        ? html`<ol class="log" tabindex="0" role="log" aria-labelledby="log-title">${lines.map(entry)}</ol>`
        : error
        ? nothing
        : html`<p class="muted">No log lines${isFinal(status) ? "" : " yet"}.</p>`}
      ${error && !lines.some(({ message }) => message.includes(error.message))
        ? html`<p class="log-error">${visibleLines(error.message)}</p>`
        : nothing}
    </section>
  `;

const entry = (line, i, lines) =>
  html`
    <li class="log-${line.level}">
      <time datetime=${line.at} title=${moment(line.at)}>${clockTime(line.at, (lines[i - 1] ?? line).at)}</time>
      ${line.level === "info" ? "" : html`
        <strong>${line.level}</strong>
      `}${visibleLines(line.message)}
    </li>
  `;
