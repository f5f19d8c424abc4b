"use strict";

// Runs before the first paint, so that the page never flashes in the other theme; no module does, so this reads for itself
// what `settings.js` keeps.
try {
  const chosen = localStorage.getItem("gradus-theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch { // storage is blocked: the system's theme
}
