// Short messages at the edge of the page, which screen readers announce and which disappear after a while.

import { icon } from "./icons.js";
import { html, render, repeat } from "./template.js";
import { visibleLines } from "./visible.js";

const SECONDS = { info: 4, error: 10 };

let toasts = [];
let next = 0;

/** Show a message. `kind` is "info" or "error". */
export const toast = (message, kind = "info") => {
  const one = { key: next++, message, kind };
  toasts = [...toasts.filter(({ stays }) => stays), ...toasts.filter(({ stays }) => !stays).slice(-3), one];
  draw();
  setTimeout(() => drop(one), 1000 * SECONDS[kind]);
};

/** Show a message until the returned function is called. @returns a function that removes it */
export const toastUntil = (message) => {
  const one = { key: next++, message, kind: "error", stays: true };
  toasts = [...toasts, one];
  draw();
  return () => drop(one);
};

/**
 * Run it, and show its error, if any.
 *
 * @template T
 * @param {() => T | Promise<T>} run
 * @returns {Promise<T | undefined>} its result, or undefined after an error
 */
export const attempt = async (run) => {
  try {
    return await run();
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), "error");
    return undefined;
  }
};

/**
 * Show messages inside a modal dialog from now on, because everything outside it is inert. @returns a function that
 * stops this
 */
export const sayInside = (dialog) => {
  const words = region();
  const home = /** @type {HTMLElement} */ (words.parentElement);
  dialog.prepend(words);
  return () => home.append(words);
};

const drop = (one) => {
  toasts = toasts.filter((other) => other !== one);
  draw();
};

const draw = () => region() && render(repeat(toasts, (one) => one.key, view), region());

const view = (one) =>
  html`
    <div class="toast toast-${one.kind}">
      ${icon(one.kind === "error" ? "warning" : "check")}<span>${visibleLines(one.message)}</span>
      <button class="quiet" aria-label="Dismiss" @click=${() => drop(one)}>${icon("close")}</button>
    </div>
  `;

/** The live region must exist before its first message, which would otherwise not be announced. */
const region = () => /** @type {HTMLElement} */ (document.getElementById("toasts"));
