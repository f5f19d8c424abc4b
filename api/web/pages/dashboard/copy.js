// The clipboard. Browsers give it to pages of HTTPS and of this machine alone; elsewhere a selection is copied.

import { toast } from "./toast.js";

/** Copy it and say whether that went well. `what` begins the sentence: "The link". */
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
    return false; // it is not allowed to; a selection may be
  }
};

/** Under a modal dialog nothing can be selected, so the selection is made inside. */
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
