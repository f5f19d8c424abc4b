/**
 * A document in the fragment of an address, as base64url of its JSON. The service sees it only if a sign-in comes in
 * between.
 */

export const encode = (document) => {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

/** The document; undefined if the text is not valid. */
export const decode = (text) => {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (letter) => letter.charCodeAt(0))));
  } catch {
    return undefined;
  }
};

export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @returns {{ kind: string, document: object } | undefined} of "#spec=…" or "#sweep=…" */
export const fromHash = (hash) => {
  const [kind, text = ""] = hash.replace(/^#/, "").split("=", 2);
  const document = decode(text);
  return isObject(document) ? { kind, document } : undefined;
};
