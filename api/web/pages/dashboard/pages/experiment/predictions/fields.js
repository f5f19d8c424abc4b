// The input fields of a row, derived from the preprocessing that the network was trained with.

/**
 * @typedef {object} Field
 * @property {string} name of the column
 * @property {"number" | "choice" | "moment" | "text" | "picture" | "numbers"} form
 * @property {string} type of its values
 * @property {any} start the initial value
 * @property {boolean} mayMiss
 * @property {number} [low] smallest value in the training rows
 * @property {number} [high]
 * @property {string[]} [options]
 * @property {number[]} [shape] height, width, channels
 * @property {number} [most] the largest value of a pixel
 * @property {number} [size] how many numbers
 */

const MICROSECONDS = 86_400e6;
/** Largest side in pixels of a picture that the user can draw. */
const LARGEST_DRAWING = 64;

/** @param {any} preprocessing as it is exported @returns {Field[]} */
export const fieldsOf = ({ columns }) =>
  columns.map((/** @type {any} */ one) => fieldOf(one.kind === "standardized" ? one.scaled : one));

/** @param {any} column @returns {Field} */
const fieldOf = (column) => {
  const { column: name, type } = column;
  switch (column.kind) {
    case "number":
      return type === "boolean" ? choice(column, ["true", "false"], column.fill !== null) : number(column);
    case "one_hot":
      return choice(column, column.categories, true);
    case "ordinal":
      return choice(column, column.order, true);
    case "hash":
      return { name, type, form: "text", start: "", mayMiss: true };
    case "bytes":
      return picture(column, 255);
    case "array":
      return picture(column, Math.max(...column.scalings.map((/** @type {any} */ { high }) => high ?? Infinity)));
    default:
      return moment(column);
  }
};

/** @param {any} column @returns {Field} */
const number = ({ column: name, type, least, largest, fill }) => {
  const isBounded = least !== null && largest !== null && least < largest;
  const middle = fill ?? (isBounded ? (least + largest) / 2 : least ?? 0);
  const start = type === "integer" ? Math.round(middle) : Number(middle.toPrecision(4));
  const bounds = isBounded ? { low: least, high: largest } : {};
  return { name, type, form: "number", start, mayMiss: fill !== null, ...bounds };
};

/** @param {any} column @param {string[]} options @param {boolean} mayMiss @returns {Field} */
const choice = ({ column: name, type }, options, mayMiss) => ({
  name,
  type,
  form: "choice",
  options,
  start: options[0] ?? null,
  mayMiss,
});

/** @param {any} column @returns {Field} */
const moment = ({ column: name, type, origin, scaling }) => {
  const length = type === "datetime" ? 16 : 10;
  const iso = (/** @type {number} */ days) => new Date(days * 86_400_000).toISOString().slice(0, length);
  const first = type === "datetime" ? origin / MICROSECONDS : origin;
  const days = scaling.kind === "min_max" ? scaling.high / 2 : 0;
  return {
    name,
    type,
    form: "moment",
    start: iso(first + (type === "datetime" ? days : Math.round(days))),
    mayMiss: true,
  };
};

/** @param {any} column @param {number} most @returns {Field} */
const picture = ({ column: name, kind, width, shape, scalings }, most) => {
  const size = width ?? scalings.length;
  const side = Math.sqrt(size);
  const whole = shape?.length >= 2 ? shape : Number.isInteger(side) && side > 2 ? [side, side] : null;
  if (kind === "array" && !(whole && Number.isFinite(most) && most > 0)) {
    return { name, type: "array", form: "numbers", start: Array(size).fill(0), size, mayMiss: false };
  }
  const [height, across, channels = 1] = whole ?? [1, size];
  const start = kind === "array" || isDrawn({ shape: [height, across, channels] }) ? Array(size).fill(0) : null;
  return { name, type: kind, form: "picture", start, most, shape: [height, across, channels], mayMiss: false };
};

/** Whether the user can draw such a picture. @param {{ shape?: number[] }} field */
export const isDrawn = ({ shape }) =>
  shape !== undefined && shape[2] === 1 && Math.max(...shape) <= LARGEST_DRAWING && Math.min(shape[0], shape[1]) > 2;

/** A value in the form that the service expects. @param {Field} field @param {any} value */
export const sent = (field, value) => {
  if (value === null || value === "") return null;
  if (field.type === "boolean") return value === "true";
  return (field.type === "integer" || field.type === "number") ? Number(value) : value;
};
