// The entry point: shows the page for the address, handles links within the dashboard, and closes a page before opening
// the next.

import { at, within } from "./address.js";
import { joined } from "./events.js";
import { loadMetrics } from "./metrics.js";
import { pageAt } from "./registry.js";
import { showShell } from "./shell.js";
import { failure, loading, nowhere } from "./states.js";
import { html, render } from "./template.js";

/** The page that is shown. @type {import("./registry.js").OpenPage} */
let open = { close: () => {} };
/** The path at which it was opened. @type {string | null} */
let openAt = null;
let visit = 0;

/** Go to a path of the dashboard. @param {string} path */
const navigate = (path, { replace = false } = {}) => {
  history[replace ? "replaceState" : "pushState"](null, "", at(path));
  return show();
};

/** Change the path in the address bar without changing the page. */
const rewrite = (path) => history.replaceState(null, "", at(path));

/** Show the page for the address. If it is shown already and has tabs, only switch to the tab in the address. */
const show = async () => {
  const query = new URLSearchParams(location.search);
  if (open.revisit && openAt === location.pathname) return open.revisit(query);
  const mine = ++visit;
  open.close();
  [open, openAt] = [{ close: () => {} }, null];
  const found = pageAt(within(location.pathname));
  document.title = found ? `${found.page.title} · Gradus` : "Gradus";
  const root = freshRoot(found?.page);
  if (!found) {
    document.title = "Not found · Gradus";
    return render(nowhere(), root);
  }
  const slow = setTimeout(() => render(loading(), root), 150);
  try {
    const [module] = await Promise.all([found.page.load(), joined, loadMetrics()]);
    clearTimeout(slow);
    if (mine !== visit) return;
    render(html``, root);
    const opened = module.open(root, { params: found.params, query, navigate, rewrite });
    open = typeof opened === "function" ? { close: opened } : opened;
    openAt = location.pathname;
  } catch (error) {
    clearTimeout(slow);
    if (mine === visit) render(failure(error, show), root);
  }
};

/** A new, empty element for the next page: if the last page still renders something, nobody sees it. */
const freshRoot = (page) => {
  const main = /** @type {HTMLElement} */ (showShell(page));
  const root = document.createElement("div");
  root.className = page ? `page page-${page.name}` : "page";
  main.replaceChildren(root);
  if (visit > 1) main.focus({ preventScroll: true });
  scrollTo(0, 0);
  return root;
};

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (
    !(link instanceof HTMLAnchorElement) || !plain || event.defaultPrevented || link.target ||
    link.hasAttribute("download")
  ) return;
  const path = link.origin === location.origin ? within(link.pathname) : null;
  if (!pageAt(path)) return;
  event.preventDefault();
  navigate(path + link.search + link.hash);
});
addEventListener("popstate", show);
show();
