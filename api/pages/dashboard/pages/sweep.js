// One sweep: which change made the model better, and how sure that is; kept up to date while its members train.

import { render } from "/pages/vendor/lit-html/lit-html.js";
import { get } from "../api.js";
import { subscribe } from "../live.js";
import { failure, loading } from "../states.js";
import { view } from "./sweep/view.js";

const CALM = 400;
const SHARE = 10;
const CHANGES = new Set(["status", "end"]);

export const open = (root, { params, navigate }) => {
  const page = { sweep: null, brushes: new Map(), hovered: null, all: false, navigate };
  let timer = 0;
  let took = 0;
  let closed = false;
  const draw = () => closed || render(view(page), root);
  page.become = (change) => {
    Object.assign(page, change);
    draw();
  };
  const read = async () => {
    timer = 0;
    const began = performance.now();
    try {
      page.become({ sweep: await get(`/v1/sweeps/${params.id}`) });
      took = performance.now() - began;
    } catch (error) {
      if (!closed && !page.sweep) render(failure(error, read), root);
    }
  };
  /** A sweep of a thousand is much to read: that may take a tenth of the time. */
  const soon = () => (timer ||= setTimeout(read, Math.max(CALM, SHARE * took)));
  /** Until the sweep is known, anything may be: its answer may be of before. */
  const mayBeMember = (id) => !page.sweep || page.sweep.results.some(({ experiments }) => experiments.includes(id));
  const end = subscribe(({ kind, experimentId }) => {
    if (kind === "gap" || (CHANGES.has(kind) && mayBeMember(experimentId))) soon();
  });
  render(loading(), root);
  read();
  return () => {
    closed = true;
    clearTimeout(timer);
    end();
  };
};
