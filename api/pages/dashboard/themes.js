// The theme: the system's until a person chooses one; what draws with colours of its own listens for changes.

const KEY = "gradus-theme";
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set();

/** @returns {"light" | "dark"} what is shown now */
export const theme = () => root.dataset.theme ?? (system.matches ? "dark" : "light");

/** Show the other theme, and remember it. */
export const toggleTheme = () => {
  root.dataset.theme = theme() === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, root.dataset.theme);
  tell();
};

/** Call `listener` after each change. @returns a function that ends it */
export const onTheme = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The value that a colour of `css/theme.css` has now. */
export const color = (name) => {
  root.style.setProperty("accent-color", `var(--${name})`); // a property that computes light-dark(), and shows nowhere
  const value = getComputedStyle(root).accentColor;
  root.style.removeProperty("accent-color");
  return value;
};

const tell = () => listeners.forEach((listener) => listener());

system.addEventListener("change", tell);
