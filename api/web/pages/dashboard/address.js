// Where the service lives: at the top of its host, or below a path that a proxy gives it.

const OWN = new URL(import.meta.url).pathname;
/** "" or, say, "/gradus": this module stands at `<root>/pages/…/address.js`. */
const ROOT = OWN.slice(0, OWN.lastIndexOf("/pages/"));

/** The address of a path of the service, such as "/new" or "/v1/experiments": every link and every request goes by it. */
export const at = (path) => ROOT + path;

/** The path of the service that an address of this host leads to; null if it leads out of it. */
export const within = (pathname) => {
  if (pathname === ROOT) return "/";
  return pathname.startsWith(at("/")) ? pathname.slice(ROOT.length) : null;
};

/** The path of the service that is shown, with what stands behind it. */
export const here = () => `${within(location.pathname) ?? "/"}${location.search}${location.hash}`;

/** What programs outside the browser call the service. */
export const SERVICE = location.origin + ROOT;
