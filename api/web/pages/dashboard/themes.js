// The theme: the system's until a person chooses one; what draws with colours of its own listens for changes.

import { keepSetting } from "./settings.js";

const KEY = "gradus-theme";
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set();

/** What is shown now: "light" or "dark". */
export const theme = () => root.dataset.theme ?? (system.matches ? "dark" : "light");

/** Show the other theme, and remember it. */
export const toggleTheme = () => {
  root.dataset.theme = theme() === "dark" ? "light" : "dark";
  keepSetting(KEY, root.dataset.theme);
  tell();
};

/** Call `listener` after each change. @returns a function that ends it */
export const onTheme = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const values = new Map();

/** The value that a colour of `css/theme.css` has in the theme that is shown. */
export const color = (name) => {
  const key = `${theme()} ${name}`;
  if (!values.has(key)) values.set(key, computed(name));
  return values.get(key);
};

/** By an element of its own: a property of the page's would have the whole page's styles computed anew. */
const computed = (name) => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.hidden = true;
  probe.style.color = `var(--${name})`; // a property that computes light-dark()
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
