// The clipboard. Browsers give it to pages of HTTPS and of this machine alone; elsewhere a selection is copied.

import { toast } from "./toast.js";

/** Copy it and say so. `what` begins the sentence: "The link". */
export const copy = async (text, what) => {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else copySelection(text);
  toast(`${what} is in the clipboard`);
};

const copySelection = (text) => {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
};
