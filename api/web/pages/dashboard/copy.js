// The clipboard. Browsers allow it only on HTTPS and on localhost; elsewhere a selection is copied.

import { toast } from "./toast.js";

/** Copy the text and report the result. `what` is the subject of the message: "The link". */
export const copy = async (text, what) => {
  if ((await written(text)) || selected(text)) toast(`${what} is in the clipboard`);
  else toast("The browser does not let this page copy. Select the text and copy it yourself.", "error");
};

const written = async (text) => {
  if (!navigator.clipboard) return false;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // the clipboard is not allowed, but a selection may be
  }
};

/** Nothing outside a modal dialog can be selected, so the selection is made inside it. */
const selected = (text) => {
  const area = document.createElement("textarea");
  area.value = text;
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  const place = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  place.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return done;
};
