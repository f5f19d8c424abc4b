// A browser opens only six connections to a service for all tabs. A tab that gets none asks hidden tabs to release
// theirs.

/** Milliseconds without an answer after which there is probably no free connection. */
const STUCK = 3000;

/** The channel between tabs; null if the browser does not support it. */
const tabs = globalThis.BroadcastChannel ? new BroadcastChannel("gradus-connections") : null;

/** Fetch, and ask other tabs for a connection if no answer arrives. */
export const fetchWithRelief = async (url, request) => {
  const timer = setTimeout(() => tabs?.postMessage("stuck"), STUCK);
  try {
    return await fetch(url, request);
  } finally {
    clearTimeout(timer);
  }
};

/** Call `letGo` when another tab asks. */
export const onWanted = (letGo) => tabs?.addEventListener("message", letGo);
