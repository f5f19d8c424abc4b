// What the workers said of a run.

import { html } from "../../../vendor/lit-html/lit-html.js";
import { get } from "../../api.js";
import { moment } from "../../format.js";

/** The lines there are, and those that come. */
export class LogLines {
  lines = [];

  constructor(id) {
    this.id = id;
  }

  /** Read those that are new. */
  async read() {
    const { data } = await get(`/v1/experiments/${this.id}/log`, { after: this.lines.at(-1)?.id ?? 0 });
    const last = this.lines.at(-1)?.id ?? 0;
    this.lines = [...this.lines, ...data.filter((line) => line.id > last)];
  }
}

export const log = (lines) => html`
  <section class="card" aria-labelledby="log-title">
    <h2 id="log-title">Log</h2>
    ${lines.length
      ? html`<ol class="log" tabindex="0" role="log" aria-labelledby="log-title">${lines.map(entry)}</ol>`
      : html`<p class="muted">Nothing has been said yet.</p>`}
  </section>
`;

const entry = (line) => html`
  <li class="log-${line.level}">
    <time datetime=${line.at} title=${moment(line.at)}>${new Date(line.at).toLocaleTimeString("en", { hourCycle: "h23" })}</time>
    ${line.level === "info" ? "" : html`<strong>${line.level}</strong> `}${line.message}
  </li>
`;
