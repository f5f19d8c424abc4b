// How grave a finding is: a word, a shape and a colour.

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

/** Critical findings and warnings are alarms; notes are for the curious. @param {any} finding */
export const isAlarm = ({ severity }) => severity === "critical" || severity === "warning";

/** What abbreviations in a code stand for, or how they are spelt. @type {Record<string, string>} */
const SPELT = { lr: "learning rate", id: "ID", relu: "ReLU" };

/** "data_leak" as "Leak", "lr_too_high" as "Learning rate too high". @param {string} id */
export const titleOf = (id) => {
  const words = id.replace(/^data_/, "").split("_").map((word) => SPELT[word] ?? word).join(" ");
  return visible(words.charAt(0).toUpperCase() + words.slice(1));
};
