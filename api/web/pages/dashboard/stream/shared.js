// The way of a tab to the event stream: the one that all tabs share, or one of its own where a browser cannot share.

import { OwnStream } from "./own.js";

/**
 * @param {(message: object) => void} hear gets what a `Connection` tells
 * @returns {{check(silence: number): void, close(): void}}
 */
export const connect = (url, hear) => (globalThis.SharedWorker ? shared(url, hear) : new OwnStream(url, hear));

/** Where the worker cannot be had, the tab goes on by itself. */
const shared = (url, hear) => {
  const worker = new SharedWorker(new URL("./worker.js", import.meta.url), { type: "module", name: "gradus-events" });
  /** @type {OwnStream | null} */
  let instead = null;
  worker.port.onmessage = ({ data }) => hear(data);
  worker.onerror = () => {
    worker.port.onmessage = null; // what it may still tell would be told twice
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
