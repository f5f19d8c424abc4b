// The event stream of a tab: shared by all tabs, or a separate one if the browser does not support sharing.

import { OwnStream } from "./own.js";

/**
 * @param {(message: object) => void} hear called with the messages of a `Connection`
 * @returns {{check(silence: number): void, close(): void}}
 */
export const connect = (url, hear) => (globalThis.SharedWorker ? shared(url, hear) : new OwnStream(url, hear));

/** If the shared worker cannot be started, the tab opens its own stream. */
const shared = (url, hear) => {
  const worker = new SharedWorker(new URL("./worker.js", import.meta.url), { type: "module", name: "gradus-events" });
  /** @type {OwnStream | null} */
  let instead = null;
  worker.port.onmessage = ({ data }) => hear(data);
  worker.onerror = () => {
    worker.port.onmessage = null; // its remaining messages would be duplicates
    instead ??= new OwnStream(url, hear);
  };
  worker.port.postMessage({ ask: "join", url: new URL(url, location.href).href });
  return {
    check: (silence) => (instead ? instead.check(silence) : worker.port.postMessage({ ask: "check", silence })),
    close: () => {
      worker.onerror = worker.port.onmessage = null;
      worker.port.postMessage({ ask: "leave" });
      instead?.close();
    },
  };
};
