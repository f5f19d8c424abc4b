// The frame around every page: navigation, state of the connection, theme, and the signed-in user.

import { at } from "./address.js";
import { remove } from "./api.js";
import { icon } from "./icons.js";
import { onState, subscribe } from "./events.js";
import { PAGES } from "./registry.js";
import { session } from "./session.js";
import { html, nothing, render } from "./template.js";
import { theme, toggleTheme } from "./themes.js";

const WORDS = { connecting: "connecting …", live: "live", polling: "every 10 s", reconnecting: "reconnecting …" };

let shown = null;
let connection = "connecting";

/** Draw the frame for a page. @returns the page's main element */
export const showShell = (page) => {
  if (!shown) begin();
  shown = { page };
  draw();
  return document.getElementById("main");
};

const begin = () => {
  subscribe(() => {}, () => {}); // the state of the connection is shown on all pages, even those that need no events
  onState((state) => {
    connection = state;
    if (shown) draw();
  });
  session().then(draw, () => {}); // a 401 leads to the sign-in page; other errors are shown by the page
};

const draw = () => render(frame(), /** @type {HTMLElement} */ (document.getElementById("app")));

const frame = () =>
  html`
    <a class="skip" href="#main" @click=${skip}>Skip to the page</a>
    <div class="shell">
      <header class="side">
        <a class="brand" href=${at("/")}><img src=${at(
          "/pages/dashboard/icon.svg",
        )} alt="" width="24" height="24">Gradus</a>
        <nav class="nav" aria-label="Pages">
          ${PAGES.filter((page) => page.nav).map(link)}
          <a href=${at("/docs")}>${icon("docs")}API</a>
        </nav>
        <div class="foot">
          <span class="connection connection-${connection}" role="status">${WORDS[connection]}</span>
          <button class="quiet" @click=${signOut}>Sign out</button>
          <button class="quiet" aria-label="Switch to the ${other()} theme" title="${other()} theme" @click=${switchTheme}>
            ${icon(other() === "dark" ? "moon" : "sun")}
          </button>
        </div>
      </header>
      <main class="main" id="main" tabindex="-1"></main>
    </div>
    <div class="toasts" id="toasts" role="status" aria-live="polite"></div>
  `;

/** The sign-in address that leads back to this page, including the fragment of its address. */
const skip = (event) => {
  event.preventDefault();
  document.getElementById("main")?.focus();
};

const isShown = (page) => page.name === shown.page?.name;

const link = (page) =>
  html`
    <a href=${at(page.path)} aria-current=${isShown(page) ? "page" : nothing}>${icon(page.icon)}${page.nav}</a>
  `;

const other = () => (theme() === "dark" ? "light" : "dark");

const switchTheme = () => {
  toggleTheme();
  draw();
};

const signOut = async () => {
  await remove("/v1/session");
  location.assign(at("/sign-in"));
};
