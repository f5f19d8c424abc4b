// The page of a sweep: which changes improve the model, and how certain that is; updated while its members train.

import { get } from "../api.js";
import { poll } from "../polling.js";
import { session } from "../session.js";
import { render } from "../template.js";
import { Ensemble } from "./sweep/ensemble.js";
import { view } from "./sweep/view.js";

/** Polling interval in milliseconds. */
const INTERVAL = 400;
const CHANGES = new Set(["status", "end"]);

export const open = (root, { params, navigate }) => {
  const ensemble = new Ensemble(params.id, () => page.become({}));
  const page = { sweep: null, brushes: new Map(), hovered: null, all: false, ensemble, navigate };
  page.become = (change) => {
    Object.assign(page, change);
    if (root.isConnected) render(view(page), root);
  };
  const end = poll(root, {
    read: async () => (await Promise.all([get(`/v1/sweeps/${params.id}`), session()]))[0],
    take: (sweep) => page.become({ sweep }),
    concerns: ({ kind, data }) => CHANGES.has(kind) && data.sweep_id === params.id,
    interval: INTERVAL,
  });
  return () => {
    ensemble.close();
    end();
  };
};
