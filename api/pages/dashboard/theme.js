"use strict";

// Runs before the first paint, so that the page never flashes in the other theme.
{
  const chosen = localStorage.getItem("gradus-theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
}
