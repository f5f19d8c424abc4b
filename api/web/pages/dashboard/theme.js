"use strict";

// Runs before the first paint, so that the page never flashes in the other theme. Modules run later, so this script
// itself reads the setting that `settings.js` stores.
try {
  const chosen = localStorage.getItem("gradus-theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch { // storage is blocked: use the system's theme
}
