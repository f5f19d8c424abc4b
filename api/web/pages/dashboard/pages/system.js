// The state of the service: what it needs, who trains, what waits, what it accepts, who may come in.

import { at } from "../address.js";
import { get } from "../api.js";
import { Staleness } from "../reread.js";
import { failure, loading } from "../states.js";
import { render } from "../template.js";
import { attempt } from "../toast.js";
import { view } from "./system/view.js";

const EVERY = 5000;

export const open = (root) => {
  const page = { system: null, health: null, keys: null };
  let closed = false;
  let timer = 0;
  const staleness = new Staleness();
  const readKeys = async () => {
    const { role } = await get("/v1/session");
    page.keys = role === "admin" ? (await get("/v1/keys")).data : null;
    draw();
  };
  const draw = () => closed || !page.system || render(view(page, () => attempt(readKeys)), root);
  const read = async () => {
    clearTimeout(timer);
    try {
      [page.system, page.health] = await Promise.all([get("/v1/system"), readiness()]);
      staleness.over();
      draw();
    } catch (error) {
      if (!closed && page.system) staleness.say(error);
      else if (!closed) render(failure(error, read), root);
    }
    if (!closed) timer = setTimeout(tick, EVERY);
  };
  /** Nobody looks at a hidden page. */
  const tick = () => (document.hidden ? (timer = setTimeout(tick, EVERY)) : read());
  const begin = () => readKeys().then(read, (error) => closed || render(failure(error, begin), root));
  render(loading(), root);
  begin();
  return () => {
    closed = true;
    staleness.over();
    clearTimeout(timer);
  };
};

/** Not ready is an answer too, with status 503. */
const readiness = async () => (await fetch(at("/readyz"))).json();
