// Modal dialogs of the browser: the focus stays inside, and Escape closes them.

import { html, nothing, render } from "./template.js";
import { sayInside } from "./toast.js";

/**
 * Show a dialog until the user answers it.
 *
 * `content(answer, redraw)` returns its content; `answer(value)` closes it.
 * @returns {Promise<any>} the value; undefined if the dialog was cancelled
 */
export const openDialog = (title, content, { wide = false } = {}) =>
  new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    let value;
    const answer = (given) => {
      value = given;
      dialog.close();
    };
    const redraw = () => render(frame(title, content(answer, redraw)), dialog);
    dialog.className = wide ? "dialog dialog-wide" : "dialog";
    dialog.setAttribute("aria-labelledby", "dialog-title");
    document.body.append(dialog);
    redraw();
    dialog.showModal();
    const sayOutside = sayInside(dialog); // after rendering, because the focus goes to the first button in the dialog
    dialog.addEventListener("close", () => {
      sayOutside();
      dialog.remove();
      resolve(value);
    });
  });

/** Ask for confirmation. @returns {Promise<boolean>} */
export const confirm = async ({ title, text, action, danger = false }) =>
  (await openDialog(title, (answer) =>
    html`
      <p>${text}</p>
      <div class="dialog-actions">
        <button class="button" @click=${() => answer(false)}>Back</button>
        <button class="button ${danger ? "button-danger" : "button-primary"}" @click=${() =>
          answer(true)}>${action}</button>
      </div>
    `)) === true;

const frame = (title, content) =>
  html`
    <h2 id="dialog-title">${title}</h2>
    ${content ?? nothing}
  `;
