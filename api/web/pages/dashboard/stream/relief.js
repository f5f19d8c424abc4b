// A browser has six connections for all tabs of a service: a tab that gets none asks those nobody looks at for theirs.

/** Milliseconds without an answer after which it is likely that there is no connection. */
const STUCK = 3000;

/** Null in a browser where tabs cannot speak to each other. */
const tabs = globalThis.BroadcastChannel ? new BroadcastChannel("gradus-connections") : null;

/** Fetch, and ask for a connection if no answer comes. */
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
