// Short words at the edge of the page, read out by screen readers, gone after a while.

import { icon } from "./icons.js";
import { html, render, repeat } from "./template.js";
import { visibleLines } from "./visible.js";

const SECONDS = { info: 4, error: 10 };

let toasts = [];
let next = 0;

/** Say it. `kind` is "info" or "error". */
export const toast = (message, kind = "info") => {
  const one = { key: next++, message, kind };
  toasts = [...toasts.filter(({ stays }) => stays), ...toasts.filter(({ stays }) => !stays).slice(-3), one];
  draw();
  setTimeout(() => drop(one), 1000 * SECONDS[kind]);
};

/** Say it until it is no longer so. @returns a function that ends it */
export const toastUntil = (message) => {
  const one = { key: next++, message, kind: "error", stays: true };
  toasts = [...toasts, one];
  draw();
  return () => drop(one);
};

/**
 * Run it; what goes wrong is said.
 *
 * @template T
 * @param {() => T | Promise<T>} run
 * @returns {Promise<T | undefined>} what it gives, or undefined
 */
export const attempt = async (run) => {
  try {
    return await run();
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), "error");
    return undefined;
  }
};

/** Say it inside a modal dialog from now on: all that is outside of it is inert. @returns a function that ends it */
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

/** The region has to be there before its first word, or that is not read out. */
const region = () => /** @type {HTMLElement} */ (document.getElementById("toasts"));
