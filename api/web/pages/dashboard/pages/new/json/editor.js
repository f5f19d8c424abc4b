// The editor of the document's JSON, with colours, and with mistakes underlined. The coloured text lies under a
// transparent textarea, so that the browser handles typing, selecting and screen readers.

import { html, live, nothing } from "../../../template.js";
import { places, tokens } from "./scan.js";

/**
 * @param {object} one
 * @param {string} one.text
 * @param {string | null} one.fault why the text is not valid; null if it is
 * @param {{ path: string, message: string }[]} one.mistakes
 * @param {(text: string) => void} one.type
 */
export const editor = ({ text, fault, mistakes, type }) => {
  const starts = wrongPlaces(text, mistakes);
  return html`
    <div class="json">
      <pre class="json-shown" aria-hidden="true">${tokens(text).map((token) => drawn(token, starts))}${"\n"}</pre>
      <textarea id="json" class="json-typed" spellcheck="false" autocomplete="off" autocapitalize="off" wrap="soft"
        aria-label="The document as JSON" aria-describedby="json-fault" aria-invalid=${fault || mistakes.length
          ? "true"
          : nothing}
        .value=${live(text)} @input=${(event) => type(event.target.value)}></textarea>
    </div>
    <p id="json-fault" class="mistake json-fault">${fault ?? nothing}</p>
  `;
};

const drawn = (token, starts) => {
  const wrong = starts.has(token.start) ? " json-mistake" : "";
  return token.kind === "space" ? token.text : html`<span class="json-${token.kind}${wrong}">${token.text}</span>`;
};

const wrongPlaces = (text, mistakes) => {
  const known = mistakes.length ? places(text) : new Map();
  return new Set(mistakes.map(({ path }) => placeOf(known, path)?.start));
};

/** The range of the invalid value, or of the object in which a value is missing. */
const placeOf = (known, path) => {
  if (known.has(path) || path === "") return known.get(path);
  return placeOf(known, path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "");
};

/** The line of the value at a path, from 1; null if it is unknown. */
export const lineOf = (text, path) => {
  const place = placeOf(places(text), path);
  return place ? text.slice(0, place.start).split("\n").length : null;
};

/** Move the editor's cursor to the value at a path. */
export const select = (text, path) => {
  const place = placeOf(places(text), path);
  const area = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("json"));
  if (!place || !area) return;
  area.focus();
  area.setSelectionRange(place.start, place.end);
};
