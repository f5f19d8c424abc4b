// The page of an experiment: facts and actions, and tabs with curves, findings, layers, log and spec.

import { at } from "../address.js";
import { loadPlotly } from "../charts/plotly.js";
import { subscribe } from "../events.js";
import { title } from "../format.js";
import { session } from "../session.js";
import { failure, loading } from "../states.js";
import { ExperimentStore } from "../store/experiment.js";
import { Reader } from "../store/reader.js";
import { tabbed } from "../tabs.js";
import { html, nothing, render } from "../template.js";
import { debounced, perFrame } from "../throttle.js";
import { attempt } from "../toast.js";
import { actions } from "./experiment/actions.js";
import { edit } from "./experiment/edit.js";
import { EvaluationTab } from "./experiment/evaluation.js";
import { alarm, FindingsTab } from "./experiment/findings.js";
import { facts, fault, head, progress } from "./experiment/head.js";
import { LayersTab } from "./experiment/layers.js";
import { LogTab } from "./experiment/log.js";
import { OverviewTab } from "./experiment/overview.js";
import { PredictionsTab } from "./experiment/predictions.js";
import { SpecTab } from "./experiment/spec.js";

/** Polling interval in milliseconds for a queued run, because no event announces a worker that can train it. */
const WAITING_INTERVAL = 10_000;

/**
 * What a page provides to its tabs: `draw` redraws before the next frame, `render` at once.
 * @typedef {{ root: HTMLElement, store: ExperimentStore, draw: () => void, render: () => void, navigate: (path: string)
 *   => void }} TabContext
 */

/**
 * An open tab: `read` requests its additional data, `view` returns its template, `changed` is called after events.
 * @typedef {{ read?(): Promise<unknown>, view(experiment: any): unknown, changed?(): void, close?(): void }} OpenTab
 */

/** @type {{ key: string, name: string, open: (context: TabContext) => OpenTab }[]} */
const TABS = [
  { key: "overview", name: "Overview", open: (context) => new OverviewTab(context) },
  { key: "findings", name: "Findings", open: (context) => new FindingsTab(context) },
  { key: "evaluation", name: "Evaluation", open: (context) => new EvaluationTab(context) },
  { key: "predictions", name: "Predictions", open: (context) => new PredictionsTab(context) },
  { key: "layers", name: "Layers", open: (context) => new LayersTab(context) },
  { key: "log", name: "Log", open: (context) => new LogTab(context) },
  { key: "spec", name: "Spec", open: (context) => new SpecTab(context) },
];

const tabOf = (/** @type {URLSearchParams} */ query) => TABS.find(({ key }) => key === query.get("tab")) ?? TABS[0];

/** @param {HTMLElement} root @param {any} context */
export const open = (root, { params, query, navigate }) => {
  const page = new ExperimentPage(root, params.id, tabOf(query), navigate);
  page.begin();
  return { close: () => page.close(), revisit: (/** @type {URLSearchParams} */ query) => page.turnTo(tabOf(query)) };
};

class ExperimentPage {
  /** @type {Error | null} */
  #error = null;
  /** @type {OpenTab} */
  #tab;
  #draw = perFrame(() => this.#render());
  #reader = new Reader({ read: () => this.#read(), failed: (error) => this.#fail(error) });
  #lookAgain = debounced(WAITING_INTERVAL, () => (document.hidden ? this.#lookAgain() : this.#lookWhetherItWaits()));
  #unsubscribe = () => {};
  #closed = false;

  /** @param {HTMLElement} root @param {string} id @param {typeof TABS[0]} tab @param {(path: string) => void} navigate */
  constructor(root, id, tab, navigate) {
    this.root = root;
    this.id = id;
    this.navigate = navigate;
    this.store = new ExperimentStore(id);
    this.chosen = tab;
    this.#tab = this.#opened(tab);
  }

  begin() {
    render(loading(), this.root);
    this.#unsubscribe = subscribe((event) => this.#hear(event), () => this.#reader.now());
    this.#reader.now();
    loadPlotly().catch(() => {}); // the drawing reports the error
  }

  close() {
    this.#closed = true;
    this.#unsubscribe();
    this.#reader.end();
    this.#tab.close?.();
    for (const ask of [this.#draw, this.#lookAgain]) ask.cancel();
  }

  /** Show another tab. @param {typeof TABS[0]} tab */
  turnTo(tab) {
    if (tab === this.chosen) return;
    this.#tab.close?.();
    this.chosen = tab;
    this.#tab = this.#opened(tab);
    this.#draw();
    this.#reader.now();
  }

  /** @param {typeof TABS[0]} tab */
  #opened(tab) {
    const renderNow = () => {
      this.#draw.cancel();
      this.#render();
    };
    const { root, store, navigate } = this;
    return tab.open({ root, store, draw: () => this.#draw(), render: renderNow, navigate });
  }

  async #read() {
    const tab = this.#tab;
    const isWhole = await Promise.all([
      this.store.readRecord(),
      this.store.readFindings(),
      tab.read?.(),
      session(),
    ]);
    this.#error = null;
    this.#show();
    return isWhole.every((one) => one !== false);
  }

  #lookWhetherItWaits() {
    if (this.store.experiment?.status === "queued") this.#reader.now();
  }

  /** @param {Error} error */
  #fail(error) {
    this.#error = error;
    this.#draw();
  }

  /** @param {import("../store/snapshot.js").ServiceEvent} event */
  #hear(event) {
    if (event.experiment_id !== this.id) return;
    if (!this.store.hear(event)) this.#reader.soon();
    if (this.store.experiment) this.#show();
  }

  /** Perform an action on the experiment. @param {() => Promise<any>} deed */
  async #act(deed) {
    const experiment = await attempt(deed);
    if (!experiment) return;
    this.store.take(experiment);
    this.#show();
  }

  #show() {
    if (this.#closed) return;
    const { experiment } = this.store;
    document.title = `${title(experiment)} · Gradus`;
    if (experiment.status === "queued") this.#lookAgain();
    this.#draw();
    this.#tab.changed?.();
  }

  #render() {
    if (this.#error) return render(failure(this.#error, () => this.#reader.now()), this.root);
    if (this.store.experiment) render(this.#view(this.store.experiment), this.root);
  }

  /** @param {any} experiment */
  #view(experiment) {
    const act = (/** @type {() => Promise<any>} */ deed) => this.#act(deed);
    const address = (/** @type {string} */ key) =>
      at(`/experiments/${this.id}${key === TABS[0].key ? "" : `?tab=${key}`}`);
    const { findings } = this.store;
    const tabs = TABS.map(({ key, name }) => ({
      key,
      name: key === "findings" && findings.length ? `${name} ${findings.length}` : name,
    }));
    return html`
      ${head(experiment, () => edit(experiment, act), actions(experiment, { act, gone: () => this.navigate("/") }))}
      <div class="stack">
        ${facts(experiment)} ${fault(experiment)} ${progress(experiment)}
        ${this.chosen.key === "findings" ? nothing : alarm(findings, address("findings"))}
        ${tabbed("Parts of the experiment", tabs, this.chosen.key, address, this.#tab.view(experiment))}
      </div>
    `;
  }
}
