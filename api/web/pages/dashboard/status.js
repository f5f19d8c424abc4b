// The status of an experiment or a sweep: a word, a shape and a colour.

import { icon } from "./icons.js";
import { html } from "./template.js";

export const STATUSES = ["queued", "running", "paused", "succeeded", "failed", "cancelled"];
const FINAL = new Set(["succeeded", "failed", "cancelled"]);

/** Whether the status is final. */
export const isFinal = (status) => FINAL.has(status);

export const badge = (status) =>
  html`<span class="status status-${status}">${icon(status)}<span>${status}</span></span>`;
