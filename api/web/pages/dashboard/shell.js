// The frame around every page: navigation, connection, theme, who is signed in.

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

/** Draw the frame for a page. @returns its main element */
export const showShell = (page) => {
  if (!shown) begin();
  shown = { page };
  draw();
  return document.getElementById("main");
};

const begin = () => {
  subscribe(() => {}, () => {}); // the connection that is shown is there on pages that listen to nothing, too
  onState((state) => {
    connection = state;
    if (shown) draw();
  });
  session().then(draw, () => {}); // a 401 leads to the sign-in, and without an answer the page itself says so
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

/** To the page as it stands: its address may hold what it is about behind "#". */
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
