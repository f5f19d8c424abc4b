// Sends the bytes of a file, and reports the progress.

import { at } from "../address.js";
import { taken, unreachable } from "../api.js";

/**
 * Send bytes as the body of a request. This does not use `fetch`, which reports no progress.
 *
 * @param {string} method
 * @param {string} path with its query
 * @param {Blob} bytes
 * @param {object} given
 * @param {string} given.type media type of the bytes
 * @param {(sent: number) => void} given.progress called with the progress
 * @param {AbortSignal} given.signal
 * @param {Record<string, string>} [given.headers]
 * @returns {Promise<any>} the answer
 */
export const send = (method, path, bytes, { type, progress, signal, headers = {} }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, at(path));
    const all = { Accept: "application/json", "Content-Type": type, ...headers };
    for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded }) => progress(loaded));
    request.addEventListener("load", () => {
      try {
        resolve(request.status === 204 ? null : taken(request.status, parsed(request.responseText)));
      } catch (problem) {
        reject(problem);
      }
    });
    request.addEventListener("error", () => reject(unreachable()));
    request.addEventListener("abort", () => reject(signal.reason));
    signal.addEventListener("abort", () => request.abort());
    request.send(bytes);
  });

const parsed = (/** @type {string} */ text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
