/** A document in an address, behind "#", which only a sign-in on the way tells the service: base64url of its JSON. */

export const encode = (document) => {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

/** The document; undefined if the text holds none. */
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
