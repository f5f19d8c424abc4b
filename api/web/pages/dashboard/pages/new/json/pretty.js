/** JSON for people: indented, but a value that fits on a line stays on it. */

const WIDTH = 52;

export const pretty = (value, indent = "") => {
  const line = oneLine(value);
  const composite = typeof value === "object" && value !== null;
  if (!composite || (indent !== "" && line.length + indent.length <= WIDTH)) return line;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => inner + pretty(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${pretty(item, inner)}`);
  const [opening, closing] = Array.isArray(value) ? "[]" : "{}";
  return parts.length ? `${opening}\n${parts.join(",\n")}\n${indent}${closing}` : opening + closing;
};

const oneLine = (value) => {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`);
  return `{${parts.join(", ")}}`;
};
