// The places of mistakes in a document: keys joined by "/", escaped as in a JSON pointer.

export const join = (place, key) => (place === "" ? escaped(key) : `${place}/${escaped(key)}`);

const escaped = (key) => String(key).replaceAll("~", "~0").replaceAll("/", "~1");

/** A place in readable form: a key that contains a "/" is in quotes. */
export const readable = (place) =>
  place
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((key) => (key.includes("/") ? `'${key}'` : key))
    .join("/");
