// The severity of a finding: a word, a shape and a colour.

import { icon } from "../icons.js";
import { html } from "../template.js";
import { visible } from "../visible.js";

/** @type {Record<string, { drawing: string, like: string }>} */
const LOOKS = {
  critical: { drawing: "failed", like: "failed" },
  warning: { drawing: "warning", like: "paused" },
  note: { drawing: "info", like: "running" },
};

export const severityBadge = (/** @type {string} */ severity) => {
  const { drawing, like } = LOOKS[severity] ?? LOOKS.note;
  return html`<span class="status status-${like}">${icon(drawing)}<span>${visible(severity)}</span></span>`;
};

/** Whether the finding is an alarm: critical findings and warnings are, notes are not. @param {any} finding */
export const isAlarm = ({ severity }) => severity === "critical" || severity === "warning";

/** The meaning or the spelling of abbreviations in a code. @type {Record<string, string>} */
const SPELT = { lr: "learning rate", id: "ID", relu: "ReLU" };

/** "data_leak" as "Leak", "lr_too_high" as "Learning rate too high". @param {string} id */
export const titleOf = (id) => {
  const words = id.replace(/^data_/, "").split("_").map((word) => SPELT[word] ?? word).join(" ");
  return visible(words.charAt(0).toUpperCase() + words.slice(1));
};
