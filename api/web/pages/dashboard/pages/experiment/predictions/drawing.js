// A canvas on which the user draws a picture, for a network that takes small pictures of one channel.

import { html } from "../../../template.js";

/** The side of the canvas in canvas pixels. */
const SIDE = 280;
/** Width of the pen as a share of the side: digits in MNIST are about this thick. */
const PEN = 0.085;

/**
 * @param {import("./fields.js").Field} field @param {string} id @param {number[] | null} pixels
 * @param {(pixels: number[]) => void} write @param {unknown} beside the content beside the button that clears the
 *   canvas
 */
export const drawing = (field, id, pixels, write, beside) => {
  const [height, width] = /** @type {number[]} */ (field.shape);
  const canvasOf = (/** @type {any} */ event) => event.currentTarget.closest(".ask-drawing").querySelector("canvas");
  const clear = (/** @type {any} */ event) => {
    const canvas = canvasOf(event);
    penOf(canvas).clearRect(0, 0, canvas.width, canvas.height);
    write(Array(width * height).fill(0));
  };
  const down = (/** @type {PointerEvent} */ event) => {
    const canvas = /** @type {HTMLCanvasElement} */ (event.currentTarget);
    canvas.setPointerCapture(event.pointerId);
    pens.set(canvas, event);
    stroke(canvas, event);
    write(read(canvas, field));
  };
  const move = (/** @type {PointerEvent} */ event) => {
    const canvas = /** @type {HTMLCanvasElement} */ (event.currentTarget);
    if (!event.buttons || !canvas.hasPointerCapture(event.pointerId)) return;
    stroke(canvas, event);
    write(read(canvas, field));
  };
  const isEmpty = !pixels || pixels.every((value) => !value);
  return html`
    <div class="ask-drawing">
      <canvas id=${id} width=${SIDE} height=${Math.round((SIDE * height) / width)} role="img"
        aria-label=${isEmpty ? "Draw here with the mouse or a finger" : "Your drawing"}
        @pointerdown=${down} @pointermove=${move}></canvas>
      <p class="muted small">Draw a white shape of ${width} × ${height} pixels.</p>
      <div class="row"><button type="button" class="button" @click=${clear}>Clear</button>${beside}</div>
    </div>
  `;
};

/** @param {HTMLCanvasElement} canvas */
const penOf = (
  canvas,
) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));

/** The last position of the pen on each canvas. @type {WeakMap<HTMLCanvasElement, PointerEvent>} */
const pens = new WeakMap();

/**
 * Draw a line from the last position of the pen to this one.
 * @param {HTMLCanvasElement} canvas
 * @param {PointerEvent} to
 */
const stroke = (canvas, to) => {
  const from = pens.get(canvas) ?? to;
  pens.set(canvas, to);
  const pen = penOf(canvas);
  const scale = canvas.width / canvas.clientWidth;
  pen.strokeStyle = "#fff";
  pen.lineWidth = PEN * canvas.width;
  pen.lineCap = "round";
  pen.beginPath();
  pen.moveTo(scale * from.offsetX, scale * from.offsetY);
  pen.lineTo(scale * to.offsetX, scale * to.offsetY);
  pen.stroke();
};

/**
 * The pixels of the picture: each is the mean of its part of the canvas, in the units of the training rows.
 *
 * @param {HTMLCanvasElement} canvas @param {import("./fields.js").Field} field
 */
const read = (canvas, { shape, most = 255, type }) => {
  const [height, width] = /** @type {number[]} */ (shape);
  const pen = penOf(canvas);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
  const ink = new Float64Array(width * height);
  const count = new Float64Array(width * height);
  for (let y = 0; y < canvas.height; y++) {
    for (let x = 0; x < canvas.width; x++) {
      const place = Math.floor((y * height) / canvas.height) * width + Math.floor((x * width) / canvas.width);
      ink[place] += data[4 * (y * canvas.width + x) + 3];
      count[place]++;
    }
  }
  const pixels = Array.from(ink, (sum, i) => (most * sum) / (255 * count[i]));
  return type === "bytes" ? pixels.map(Math.round) : pixels;
};
