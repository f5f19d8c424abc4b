// The page for a new experiment, sweep or fork: a form generated from the catalog, its JSON, and a summary.

import { within } from "../address.js";
import { freshKey } from "../api.js";
import { failure, loading } from "../states.js";
import { render } from "../template.js";
import { createDraft } from "./new/draft.js";
import { createDryRun } from "./new/dry_run.js";
import { createMemory } from "./new/form/form.js";
import { encode } from "./new/json/link.js";
import { begin } from "./new/start.js";
import { createProbe } from "./new/probe.js";
import { isUntouched } from "./new/sweep/sweep.js";
import { view } from "./new/view.js";

export const open = (root, context) => {
  let page = null;
  let closed = false;
  const start = async () => {
    render(loading(), root);
    try {
      const found = await begin(context.query);
      if (!closed) page = show(root, context, found);
    } catch (error) {
      if (!closed) render(failure(error, start), root);
    }
  };
  start();
  return () => {
    closed = true;
    page?.close();
  };
};

const PAUSE = 400;

const show = (root, { navigate, rewrite }, found) => {
  const page = { ...found, memory: createMemory(), from: null, launching: false, words: "", navigate };
  let timer = 0;
  page.redraw = soon(() => render(view(page), root));
  page.say = (words) => {
    page.words = words;
    page.redraw();
  };
  page.address = () =>
    `${within(location.pathname)}${location.search}#${page.kind === "sweep" ? "sweep" : "spec"}=${
      encode(page.draft.document)
    }`;
  const changed = () => {
    page.key = freshKey();
    if (!page.draft.fault) runDry(page);
    clearTimeout(timer);
    timer = setTimeout(() => rewrite(page.address()), PAUSE);
    page.redraw();
  };
  page.dryRun = createDryRun(page.redraw);
  page.probe = createProbe(page.redraw);
  page.draft = createDraft(found.document, changed);
  page.become = (kind, document) => {
    page.kind = kind;
    page.dryRun.result = null;
    page.draft.replace(document);
  };
  page.key = freshKey();
  runDry(page, 0);
  page.redraw();
  return {
    close: () => {
      clearTimeout(timer);
      page.dryRun.close();
      page.probe.close();
    },
  };
};

/** Request a dry run of the document. */
const runDry = ({ kind, dryRun, draft }, rest) => {
  if (kind !== "sweep") return dryRun.ask("/v1/experiments", draft.document, rest);
  return isUntouched(draft.document) ? dryRun.rest() : dryRun.ask("/v1/sweeps", draft.document, rest);
};

/**
 * Draw after the current task: drawing may take the focus from a field, whose change event must not start another
 * drawing within it.
 */
const soon = (draw) => {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      draw();
    });
  };
};
