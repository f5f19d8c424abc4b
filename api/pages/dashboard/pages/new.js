// A new experiment, sweep or fork: a form drawn from the catalogue, its JSON beside it, and what the two come to.

import { render } from "/pages/vendor/lit-html/lit-html.js";
import { failure, loading } from "../states.js";
import { createDraft } from "./new/draft.js";
import { createMemory } from "./new/form/form.js";
import { begin } from "./new/start.js";
import { createTrial } from "./new/trial.js";
import { encode } from "./new/json/link.js";
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
  page.address = () => `${location.pathname}${location.search}#${page.kind === "sweep" ? "sweep" : "spec"}=${encode(page.draft.document)}`;
  const changed = () => {
    page.key = freshKey();
    if (!page.draft.fault) page.trial.ask(page.kind === "sweep" ? "/v1/sweeps" : "/v1/experiments", page.draft.document);
    clearTimeout(timer);
    timer = setTimeout(() => rewrite(page.address()), PAUSE);
    page.redraw();
  };
  page.trial = createTrial(page.redraw);
  page.draft = createDraft(found.document, changed);
  page.become = (kind, document) => {
    page.kind = kind;
    page.trial.result = null;
    page.draft.replace(document);
  };
  page.key = freshKey();
  page.trial.ask(page.kind === "sweep" ? "/v1/sweeps" : "/v1/experiments", found.document, 0);
  page.redraw();
  return {
    close: () => {
      clearTimeout(timer);
      page.trial.close();
    },
  };
};

/** After what runs now: drawing may take focus from a field, whose words must not begin another drawing inside. */
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

/** Of a creation: asked twice with one key, the service creates once. */
const freshKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
