// The status of a data set: a word, a shape and a colour.

import { icon } from "../../icons.js";
import { html } from "../../template.js";

/** @type {Record<string, { drawing: string, like: string }>} */
const LOOKS = {
  reading: { drawing: "running", like: "running" },
  ready: { drawing: "check", like: "succeeded" },
  failed: { drawing: "failed", like: "failed" },
};

export const dataBadge = (/** @type {string} */ status) => {
  const { drawing, like } = LOOKS[status] ?? { drawing: "info", like: "queued" };
  return html`<span class="status status-${like}">${icon(drawing)}<span>${status}</span></span>`;
};
