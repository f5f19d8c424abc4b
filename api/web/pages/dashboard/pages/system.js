// The state of the service: dependencies, workers, queue, limits, webhooks, and keys.

import { at } from "../address.js";
import { get } from "../api.js";
import { session } from "../session.js";
import { failure, loading } from "../states.js";
import { Reader } from "../store/reader.js";
import { render } from "../template.js";
import { attempt } from "../toast.js";
import { view } from "./system/view.js";

/** Polling interval in milliseconds. */
const INTERVAL = 5000;

/** @param {HTMLElement} root */
export const open = (root) => {
  /** @type {{ system: any, health: any, keys: any[] | null, webhooks: any[] }} */
  const page = { system: null, health: null, keys: null, webhooks: [] };
  let closed = false;
  let timer = 0;
  const draw = () => void (closed || !page.system || render(view(page, changed), root));
  const readKeys = async () => {
    const { role } = await session();
    page.keys = role === "admin" ? (await get("/v1/keys")).data : null;
    draw();
  };
  const readWebhooks = async () => {
    page.webhooks = await webhooks();
    draw();
  };
  const changed = { keys: () => attempt(readKeys), webhooks: () => attempt(readWebhooks) };
  const read = async () => {
    if (!page.system) await readKeys();
    [page.system, page.health, page.webhooks] = await Promise.all([get("/v1/system"), readiness(), webhooks()]);
    draw();
  };
  const reader = new Reader({
    read,
    failed: (error) => void (closed || render(failure(error, () => reader.now()), root)),
  });
  /** A hidden page is not updated. */
  const tick = () => {
    if (!document.hidden) reader.now();
    timer = setTimeout(tick, INTERVAL);
  };
  render(loading(), root);
  tick();
  return () => {
    closed = true;
    clearTimeout(timer);
    reader.end();
  };
};

const webhooks = async () => (await get("/v1/webhooks")).data;

/** "Not ready" is a valid answer, with status 503. */
const readiness = async () => (await fetch(at("/readyz"))).json();
