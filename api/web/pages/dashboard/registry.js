// All pages: address, label in the navigation, and the module, which is loaded when the page is first opened.

/**
 * The result of a module's `open(root, { params, query, navigate, rewrite })`; a plain function is its `close`. If only
 * the query of the address changes, a page with `revisit` stays open.
 * @typedef {{ close: () => void, revisit?: (query: URLSearchParams) => void }} OpenPage
 */

/** @type {{ path: string, title: string, name: string, nav?: string, icon?: string, load: () => Promise<{ open: Function }> }[]} */
export const PAGES = [
  {
    path: "/",
    title: "Experiments",
    nav: "Experiments",
    icon: "list",
    name: "experiments",
    load: () => import("./pages/experiments.js"),
  },
  { path: "/experiments", title: "Experiments", name: "experiments", load: () => import("./pages/experiments.js") },
  { path: "/experiments/{id}", title: "Experiment", name: "experiment", load: () => import("./pages/experiment.js") },
  { path: "/compare", title: "Compare", name: "compare", load: () => import("./pages/compare.js") },
  { path: "/new", title: "New", nav: "New", icon: "plus", name: "new", load: () => import("./pages/new.js") },
  {
    path: "/sweeps",
    title: "Sweeps",
    nav: "Sweeps",
    icon: "sweep",
    name: "sweeps",
    load: () => import("./pages/sweeps.js"),
  },
  { path: "/sweeps/{id}", title: "Sweep", name: "sweep", load: () => import("./pages/sweep.js") },
  { path: "/data", title: "Data", nav: "Data", icon: "data", name: "data", load: () => import("./pages/data.js") },
  { path: "/data/{id}", title: "Data set", name: "dataset", load: () => import("./pages/dataset.js") },
  { path: "/lab", title: "Lab", nav: "Lab", icon: "lab", name: "lab", load: () => import("./pages/lab.js") },
  {
    path: "/system",
    title: "System",
    nav: "System",
    icon: "system",
    name: "system",
    load: () => import("./pages/system.js"),
  },
];

/** The page for a path, with the values of the `{names}` in its path template. */
export const pageAt = (pathname) => {
  if (pathname === null) return null;
  for (const page of PAGES) {
    const params = match(page.path, pathname);
    if (params) return { page, params };
  }
  return null;
};

const match = (pattern, pathname) => {
  const wanted = pattern.split("/");
  const given = pathname.replace(/(.)\/$/, "$1").split("/");
  if (wanted.length !== given.length) return null;
  const params = {};
  for (const [i, part] of wanted.entries()) {
    const name = part.startsWith("{") && part.slice(1, -1);
    if (name && given[i]) params[name] = decoded(given[i]);
    if (name ? !params[name] : part !== given[i]) return null;
  }
  return params;
};

/** The decoded text; null if it is not UTF-8. */
const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};
