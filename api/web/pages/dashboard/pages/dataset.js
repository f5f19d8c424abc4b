// The page of a data set: its facts and findings, and tabs with columns, rows, findings, pictures, versions and log.

import { at } from "../address.js";
import { get, post } from "../api.js";
import { loadPlotly } from "../charts/plotly.js";
import { session } from "../session.js";
import { failure, loading } from "../states.js";
import { Reader } from "../store/reader.js";
import { follow } from "../stream/dataset.js";
import { tabbed } from "../tabs.js";
import { html, render } from "../template.js";
import { perFrame } from "../throttle.js";
import { attempt, toast } from "../toast.js";
import { beginUpload } from "../uploads/uploads.js";
import { visible } from "../visible.js";
import { ColumnsTab } from "./dataset/columns.js";
import { FindingsTab } from "./dataset/findings.js";
import { aboutBuiltIn, fault, head, reading } from "./dataset/head.js";
import { LogTab } from "./dataset/log.js";
import { PicturesTab } from "./dataset/pictures.js";
import { RowsTab } from "./dataset/rows.js";
import { VersionsTab } from "./dataset/versions.js";

/**
 * What a page provides to its tabs. `version` adds a version with a changed `parse`, and reads the data set again.
 * @typedef {object} TabContext
 * @property {string} id
 * @property {HTMLElement} root
 * @property {URLSearchParams} query
 * @property {() => void} draw
 * @property {() => void} render at once
 * @property {() => any[]} findings
 * @property {(parse: object) => Promise<void>} version
 * @property {(files: File[]) => Promise<void>} upload adds a version from other files
 */

/**
 * An open tab: `read` requests its data, `view` returns its template, `changed` is called after it was redrawn because
 * the data set has changed, and `hear` with each event.
 * @typedef {{ read?(set: any): Promise<unknown>, view(set: any): unknown, changed?(set: any): void, hear?(event: any):
 *   void, close?(): void }} OpenTab
 */

/** @type {{ key: string, name: string, isFor: (set: any) => boolean, open: (context: TabContext) => OpenTab }[]} */
const TABS = [
  { key: "columns", name: "Columns", isFor: isRead, open: (context) => new ColumnsTab(context) },
  { key: "rows", name: "Rows", isFor: isRead, open: (context) => new RowsTab(context) },
  { key: "findings", name: "Findings", isFor: isRead, open: (context) => new FindingsTab(context) },
  { key: "pictures", name: "Pictures", isFor: hasImages, open: (context) => new PicturesTab(context) },
  { key: "versions", name: "Versions", isFor: () => true, open: (context) => new VersionsTab(context) },
  { key: "log", name: "Log", isFor: () => true, open: (context) => new LogTab(context) },
];

/** @param {any} set */
function isRead(set) {
  return set.version !== null;
}

/** @param {any} set */
function hasImages(set) {
  return set.columns.some((/** @type {any} */ { type }) => type === "image");
}

/** @param {HTMLElement} root @param {any} context */
export const open = (root, { params, query, navigate }) => {
  const page = new DatasetPage(root, params.id, query, navigate);
  page.begin();
  return { close: () => page.close(), revisit: (/** @type {URLSearchParams} */ query) => page.turnTo(query) };
};

class DatasetPage {
  /** @type {any} */
  #set = null;
  /** @type {any[]} */
  #findings = [];
  /** @type {Error | null} */
  #error = null;
  /** @type {typeof TABS[0] | null} */
  #chosen = null;
  /** @type {OpenTab | null} */
  #tab = null;
  #draw = perFrame(() => this.#render());
  #reader = new Reader({ read: () => this.#read(), failed: (error) => this.#fail(error) });
  /** Stops listening to the events of its reading. @type {(() => void) | null} */
  #unfollow = null;
  #closed = false;

  /** @param {HTMLElement} root @param {string} id @param {URLSearchParams} query @param {(path: string) => void} navigate */
  constructor(root, id, query, navigate) {
    this.root = root;
    this.id = id;
    this.query = query;
    this.navigate = navigate;
  }

  begin() {
    render(loading(), this.root);
    this.#reader.now();
    loadPlotly().catch(() => {}); // the drawing reports the error
  }

  close() {
    this.#closed = true;
    this.#reader.end();
    this.#unfollow?.();
    this.#tab?.close?.();
    this.#draw.cancel();
  }

  /** Show another tab, or another page within a tab. @param {URLSearchParams} query */
  turnTo(query) {
    this.query = query;
    this.#tab?.close?.();
    this.#tab = this.#chosen = null;
    this.#reader.now();
  }

  async #read() {
    const [set] = await Promise.all([get(this.#path("")), session()]);
    const isNew = set.version !== null && (set.digest !== this.#set?.digest || set.version !== this.#set?.version);
    if (isNew) this.#findings = (await get(this.#path("/findings"), { version: set.version })).data;
    if (this.#closed) return;
    this.#set = set;
    if (!set.built_in) await this.#openTab();
    if (this.#closed) return;
    this.#error = null;
    this.#listen();
    document.title = `${visible(set.title)} · Gradus`;
    this.#render();
  }

  async #openTab() {
    const tabs = this.#tabs();
    const chosen = tabs.find(({ key }) => key === this.query.get("tab")) ?? tabs[0];
    if (chosen !== this.#chosen) {
      this.#tab?.close?.();
      this.#chosen = chosen;
      this.#tab = chosen.open(this.#context());
    }
    await this.#tab?.read?.(this.#set);
  }

  #tabs() {
    return TABS.filter(({ isFor }) => isFor(this.#set));
  }

  /** @returns {TabContext} */
  #context() {
    return {
      id: this.#set.id,
      root: this.root,
      query: this.query,
      draw: () => this.#draw(),
      render: () => this.#render(),
      findings: () => this.#findings,
      version: (parse) => this.#makeVersion(parse),
      upload: (files) => this.#uploadVersion(files),
    };
  }

  /** Listen to its events while it is being read. */
  #listen() {
    if (this.#set.status !== "reading") {
      this.#unfollow?.();
      this.#unfollow = null;
    } else {
      this.#unfollow ??= follow(this.#set.id, this.#set.last_event, (event) => this.#hear(event));
    }
  }

  /** @param {import("../stream/dataset.js").DatasetEvent} event */
  #hear(event) {
    this.#tab?.hear?.(event);
    if (event.kind === "progress") this.#set = { ...this.#set, progress: event.data };
    if (event.kind === "end") {
      this.#unfollow = null;
      this.#reader.now();
    }
    this.#draw();
  }

  /** @param {object} parse */
  async #makeVersion(parse) {
    await attempt(async () => {
      const { number } = await post(this.#path("/versions"), { parse });
      toast(`Version ${number} is being read`);
      await this.#reader.now();
    });
  }

  /** @param {File[]} files */
  async #uploadVersion(files) {
    const made = await beginUpload(this.#set.name, files.map((file) => ({ file, split: null })), this.#set.id);
    if (!made) return; // the list of uploads shows the error
    toast(`Version ${made.number} is being read`);
    await this.#reader.now();
  }

  /** @param {Error} error */
  #fail(error) {
    this.#error = error;
    this.#draw();
  }

  #path(/** @type {string} */ part) {
    return `/v1/datasets/${encodeURIComponent(this.#set?.id ?? this.id)}${part}`;
  }

  #render() {
    if (this.#closed) return;
    this.#draw.cancel();
    if (this.#error) return render(failure(this.#error, () => this.#reader.now()), this.root);
    if (!this.#set) return;
    render(this.#view(), this.root);
    this.#tab?.changed?.(this.#set);
  }

  #view() {
    const set = this.#set;
    const page = {
      changed: () => this.#reader.now(),
      gone: () => this.navigate("/data"),
      version: (/** @type {object} */ parse) => this.#makeVersion(parse),
    };
    return html`
      ${head(set, page)}
      <div class="stack">
        ${reading(set)} ${fault(set, page)}
        ${set.built_in ? aboutBuiltIn(set) : this.#tabbed(set)}
      </div>
    `;
  }

  /** @param {any} set */
  #tabbed(set) {
    const tabs = this.#tabs().map(({ key, name }) => {
      const count = key === "findings" ? this.#findings.length : 0;
      return { key, name: count ? `${name} ${count}` : name };
    });
    const address = (/** @type {string} */ key) =>
      at(`/data/${encodeURIComponent(this.id)}${key === tabs[0].key ? "" : `?tab=${key}`}`);
    const chosen = this.#chosen?.key ?? tabs[0].key;
    return tabbed("Parts of the data set", tabs, chosen, address, this.#tab?.view(set));
  }
}
