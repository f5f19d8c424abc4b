// The theme: the system's, until the user chooses one. Code that sets colours itself listens for changes.

import { keepSetting } from "./settings.js";

const KEY = "gradus-theme";
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set();

/** The current theme: "light" or "dark". */
export const theme = () => root.dataset.theme ?? (system.matches ? "dark" : "light");

/** Switch to the other theme, and store the choice. */
export const toggleTheme = () => {
  root.dataset.theme = theme() === "dark" ? "light" : "dark";
  keepSetting(KEY, root.dataset.theme);
  tell();
};

/** Call `listener` after each change. @returns a function that stops this */
export const onTheme = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const values = new Map();

/** The value of a colour of `css/theme.css` in the current theme. */
export const color = (name) => {
  const key = `${theme()} ${name}`;
  if (!values.has(key)) values.set(key, computed(name));
  return values.get(key);
};

/**
 * Computed on a separate element, because a change on the page's element would recompute the styles of the whole page.
 */
const computed = (name) => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.hidden = true;
  probe.style.color = `var(--${name})`; // a property for which the browser computes light-dark()
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
};

const tell = () => listeners.forEach((listener) => listener());

system.addEventListener("change", tell);
addEventListener("storage", ({ key, newValue }) => {
  if (key !== KEY || !newValue) return;
  root.dataset.theme = newValue;
  tell();
});
