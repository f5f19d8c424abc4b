// The service's HTTP API: requests and answers are JSON; a problem document is thrown.

import { at, here } from "./address.js";
import { learnTime } from "./clock.js";
import { fetchWithRelief } from "./stream/relief.js";

/** Timeout of a request in milliseconds. It is long, because the machine may have slept in the meantime. */
const PATIENCE = 90_000;

/** @typedef {{ path: string, message: string }} Mistake an error at a place of a document */

/** An error: a problem document (RFC 9457) as the answer, or no answer at all (`status` 0). */
export class Problem extends Error {
  /** @param {{ status: number, title: string, detail?: string, code: string, errors?: Mistake[] }} document */
  constructor({ status, title, detail, code, errors = [] }) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.detail = detail || title;
    this.code = code;
    this.errors = errors;
  }
}

/** @typedef {Record<string, unknown>} Query what is empty stays away */

/** @param {string} path @param {Query} [query] @param {Record<string, string>} [headers] @returns {Promise<any>} */
export const get = (path, query, headers) => send("GET", path, { query, headers });
/** @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers] @returns {Promise<any>} */
export const post = (path, body, headers) => send("POST", path, { body, headers });
/** @param {string} path @param {unknown} body @param {Record<string, string>} [headers] @returns {Promise<any>} */
export const patch = (path, body, headers) => send("PATCH", path, { body, headers });
/** @param {string} path @returns {Promise<null>} */
export const remove = (path) => send("DELETE", path);

/**
 * The answer to a request whose body is a file of any type.
 *
 * @param {string} path @param {Blob} file @param {string} type @param {Query} [query]
 * @param {Record<string, string>} [headers]
 */
export const postFile = async (path, file, type, query, headers) => {
  const answer = await ask(at(path) + search(query), {
    method: "POST",
    headers: { "Content-Type": type, ...headers },
    body: file,
  });
  return answer.ok ? answer : taken(answer.status, await answer.json().catch(() => null));
};

/**
 * A file that the service generates.
 *
 * @param {string} path @param {Query} [query] @param {Record<string, string>} [headers] @returns {Promise<Blob>}
 */
export const getFile = async (path, query, headers) => {
  const answer = await ask(at(path) + search(query), { method: "GET", headers });
  return answer.ok ? answer.blob() : taken(answer.status, await answer.json().catch(() => null));
};

/**
 * The number that a JSON value stands for: the API writes "NaN", "Infinity" and "-Infinity" as strings.
 *
 * @param {number | string | null | undefined} value
 * @returns {any} the number; any other value unchanged
 */
export const number = (value) => (typeof value === "string" ? Number(value) : value);

/** A JSON value as a number to draw; null if it is not a finite number. */
export const finite = (value) => {
  const read = number(value);
  return Number.isFinite(read) ? read : null;
};

/**
 * The picture in the service's answer as a `data:` URL; null if there is none yet.
 *
 * @param {string} path
 * @param {unknown} body
 * @returns {Promise<string | null>}
 */
export const pictureOf = async (path, body) => {
  const headers = { Accept: "image/png, application/problem+json", "Content-Type": "application/json" };
  const answer = await ask(at(path), { method: "POST", headers, body: JSON.stringify(body) });
  if (answer.status === 200) return dataUrl(await answer.blob());
  taken(answer.status, await answer.json().catch(() => null));
  return null;
};

/** @param {Blob} blob @returns {Promise<string>} */
const dataUrl = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(/** @type {string} */ (reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });

/** A new idempotency key: the service executes requests with the same key only once. */
export const freshKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * @param {string} method
 * @param {string} path
 * @param {{ query?: Query, body?: unknown, headers?: Record<string, string> }} request
 */
const send = async (method, path, { query, body, headers } = {}) => {
  const answer = await ask(at(path) + search(query), {
    method,
    headers: {
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return answer.status === 204 ? null : taken(answer.status, await answer.json().catch(() => null));
};

/**
 * The document of an answer.
 *
 * @param {number} status
 * @param {any} document null if the answer is not JSON
 */
export const taken = (status, document) => {
  if (status < 300 && document !== null) return document;
  if (status === 401) signIn();
  throw new Problem(document ?? unreadable(status));
};

/** The error if there was no answer. */
export const unreachable = () =>
  new Problem({ status: 0, title: "No answer", detail: "The service does not answer.", code: "unreachable" });

const ask = async (url, request) => {
  try {
    const asked = performance.now();
    const answer = await fetchWithRelief(url, { signal: AbortSignal.timeout(PATIENCE), ...request });
    learnTime(answer, performance.now() - asked);
    return answer;
  } catch {
    throw unreachable();
  }
};

const unreadable = (/** @type {number} */ status) => ({
  status,
  title: "Unexpected answer",
  detail: `The service answered ${status} without saying why.`,
  code: "unreadable",
});

/**
 * `?a=1&b=2&b=3` of `{a: 1, b: [2, 3]}`; empty values are omitted.
 *
 * @param {Query} query
 */
export const search = (query = {}) => {
  const pairs = Object.entries(query).flatMap(([key, value]) => [value].flat().map((one) => [key, one]));
  const given = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length ? `?${new URLSearchParams(/** @type {string[][]} */ (given))}` : "";
};
const signIn = () => location.assign(at(`/sign-in?next=${encodeURIComponent(here())}`));
