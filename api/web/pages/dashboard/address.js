// The service's address: the root of its host, or a path prefix that a proxy adds.

const OWN = new URL(import.meta.url).pathname;
/** The path prefix, "" or for example "/gradus": the URL of this module is `<root>/pages/…/address.js`. */
const ROOT = OWN.slice(0, OWN.lastIndexOf("/pages/"));

/** The address of a path of the service, such as "/new" or "/v1/experiments". Every link and every request uses it. */
export const at = (path) => ROOT + path;

/** The service's path in an address of this host; null if the address is outside the service. */
export const within = (pathname) => {
  if (pathname === ROOT) return "/";
  return pathname.startsWith(at("/")) ? pathname.slice(ROOT.length) : null;
};

/** The path of the page that is shown, with its query and fragment. */
export const here = () => `${within(location.pathname) ?? "/"}${location.search}${location.hash}`;

/** The service's URL for programs outside the browser. */
export const SERVICE = location.origin + ROOT;
