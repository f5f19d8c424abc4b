// Icons with the same line width. The texts beside them say what they mean.

import { html, svg } from "./template.js";

const SHAPES = {
  back: svg`<path d="M10 3.5 5.5 8l4.5 4.5" />`,
  cancel: svg`<rect x="4" y="4" width="8" height="8" rx="1" />`,
  cancelled: svg`
    <circle cx="8" cy="8" r="5.5" />
    <path d="m4.2 11.8 7.6-7.6" />
  `,
  check: svg`<path d="m3.5 8.5 3 3 6-7" />`,
  close: svg`<path d="m4 4 8 8M12 4l-8 8" />`,
  compare: svg`
    <path d="M2.5 12.5c3 0 3.5-8 6-8s2 3 5 3" />
    <path d="M2.5 10c4 0 5 3 11 2" />
  `,
  copy: svg`
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
    <path d="M10.5 3.5a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1" />
  `,
  data: svg`
    <ellipse cx="8" cy="4" rx="5" ry="2" />
    <path d="M3 4v8c0 1.1 2.2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2.2 2 5 2s5-.9 5-2" />
  `,
  delete: svg`<path d="M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9M6.7 7v4M9.3 7v4" />`,
  docs: svg`<path d="M3.5 2.5h6l3 3v8h-9zM9.5 2.5v3h3M5.8 8.5h4.4M5.8 11h4.4" />`,
  download: svg`<path d="M8 2.5v7M5 7l3 3 3-3M3 13h10" />`,
  down: svg`<path d="M8 3v10M4 9l4 4 4-4" />`,
  edit: svg`<path d="M3 13l.6-2.8 7-7 2.2 2.2-7 7zM9.3 4.5l2.2 2.2" />`,
  extend: svg`<path d="M2.5 8h10M9 4.5 12.5 8 9 11.5" />`,
  failed: svg`<path d="m4.5 4.5 7 7M11.5 4.5l-7 7" />`,
  fork: svg`
    <circle cx="4.5" cy="3.5" r="1.5" />
    <circle cx="4.5" cy="12.5" r="1.5" />
    <circle cx="11.5" cy="5" r="1.5" />
    <path d="M4.5 5v6M11.5 6.5c0 2.5-3 2.5-7 3" />
  `,
  grip: svg`<path d="M6 4h.1M10 4h.1M6 8h.1M10 8h.1M6 12h.1M10 12h.1" />`,
  info: svg`
    <circle cx="8" cy="8" r="5.5" />
    <path d="M8 7.3v3.5M8 5.1v.1" />
  `,
  lab: svg`<path d="M6.5 2.5h3M7 2.5v4l-3.8 6.2a.6.6 0 0 0 .5.9h8.6a.6.6 0 0 0 .5-.9L9 6.5v-4M5.2 10h5.6" />`,
  list: svg`<path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1" />`,
  moon: svg`<path d="M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z" />`,
  more: svg`<path d="M3.5 8h.1M8 8h.1M12.5 8h.1" />`,
  paused: svg`<path d="M6 4v8M10 4v8" />`,
  play: svg`<path d="M5 3.5 12 8l-7 4.5z" />`,
  plus: svg`<path d="M8 3v10M3 8h10" />`,
  queued: svg`<circle cx="8" cy="8" r="5.5" stroke-dasharray="2 2.3" />`,
  running: svg`
    <circle cx="8" cy="8" r="5.5" />
    <path d="M8 5v3.2l2 1.3" />
  `,
  search: svg`
    <circle cx="7" cy="7" r="4" />
    <path d="m10 10 3.5 3.5" />
  `,
  succeeded: svg`<path d="m3.5 8.5 3 3 6-7" />`,
  sun: svg`
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M12.4 3.6l-1 1M4.6 11.4l-1 1" />
  `,
  sweep: svg`<path d="M2.5 13h11M4.5 13V9M8 13V4M11.5 13V6.5" />`,
  system: svg`
    <rect x="2.5" y="3" width="11" height="4" rx="1" />
    <rect x="2.5" y="9" width="11" height="4" rx="1" />
    <path d="M5 5h.1M5 11h.1" />
  `,
  up: svg`<path d="M8 13V3M4 7l4-4 4 4" />`,
  upload: svg`<path d="M8 10V3M5 5.8 8 2.8l3 3M3 13h10" />`,
  warning: svg`<path d="M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1" />`,
};

/** The icon with this name. It is decoration, so a text must say what it means. */
export const icon = (name) =>
  html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${SHAPES[name]}</svg>`;
