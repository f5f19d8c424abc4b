// The lab: a card for each of the lecture's demonstrations, which is computed when it is about to become visible.

import { get } from "../api.js";
import { Charts } from "../charts/chart.js";
import { loadPlotly } from "../charts/plotly.js";
import { failure, loading } from "../states.js";
import { Reader } from "../store/reader.js";
import { html, render } from "../template.js";
import { perFrame } from "../throttle.js";
import { attempt } from "../toast.js";
import { drawingOf } from "./lab/charts.js";
import { Demonstration } from "./lab/demonstration.js";
import { card } from "./lab/view.js";

/** Distance below the screen at which a card is computed. */
const AHEAD = "300px";

/** @param {HTMLElement} root */
export const open = (root) => {
  const page = new LabPage(root);
  page.begin();
  return () => page.close();
};

class LabPage {
  /** @type {Demonstration[]} */
  #demonstrations = [];
  #closed = false;
  #charts;
  #draw = perFrame(() => this.#render());
  #reader = new Reader({
    read: () => this.#read(),
    failed: (error) => void (this.#closed || render(failure(error, () => this.#reader.now()), this.root)),
  });
  #seen = new IntersectionObserver((entries) => this.#see(entries), { rootMargin: AHEAD });

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.#charts = new Charts(root);
  }

  begin() {
    render(loading(), this.root);
    this.#reader.now();
    loadPlotly().catch(() => {}); // the drawing reports the error
  }

  close() {
    this.#closed = true;
    this.#reader.end();
    this.#draw.cancel();
    this.#seen.disconnect();
    for (const one of this.#demonstrations) one.end();
    this.#charts.dispose();
  }

  async #read() {
    const { data } = await get("/v1/lab");
    if (this.#closed) return;
    this.#demonstrations = data.map((/** @type {any} */ entry) => new Demonstration(entry, this.#draw));
    this.#render();
    for (const element of this.root.querySelectorAll(".lab-card")) this.#seen.observe(element);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #see(entries) {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      this.#seen.unobserve(target);
      this.#demonstrations.find(({ name }) => `lab-${name}` === target.id)?.compute();
    }
  }

  #render() {
    if (this.#closed) return;
    render(
      html`
        <header class="head">
          <h1>Lab</h1>
        </header>
        <p class="lab-lead muted">
          The lecture’s demonstrations, computed as you move the controls. Each is a call of the API, too.
        </p>
        <div class="stack">${this.#demonstrations.map(card)}</div>
      `,
      this.root,
    );
    for (const one of this.#demonstrations) this.#drawCharts(one);
  }

  /** @param {Demonstration} one */
  #drawCharts(one) {
    if (!one.takeAnswer()) return;
    for (const [i, chart] of one.charts.entries()) {
      attempt(() => this.#charts.draw(`lab-${one.name}-${i}`, drawingOf(chart)));
    }
  }
}
