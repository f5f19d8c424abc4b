// The view of the system page.

import { fact } from "../../fact.js";
import { bytes, whole } from "../../format.js";
import { icon } from "../../icons.js";
import { note } from "../../states.js";
import { html, nothing } from "../../template.js";
import { time } from "../../time.js";
import { keysCard } from "./keys.js";
import { webhooksCard } from "./webhooks.js";

/**
 * @param {any} page
 * @param {{ keys: () => void, webhooks: () => void }} changed
 */
export const view = ({ system, health, keys, webhooks }, changed) =>
  html`
    <header class="head"><h1>System</h1><span class="muted">Gradus ${system.version}</span></header>
    <div class="stack">
      <div class="halves">${now(system)} ${needs(health)}</div>
      ${workers(system)} ${webhooksCard(webhooks, changed.webhooks)} ${keysCard(keys, changed.keys)} ${limits(
        system.limits,
      )}
    </div>
  `;

const now = (system) =>
  html`
    <section class="card" aria-labelledby="now-title">
      <h2 id="now-title">Now</h2>
      <dl class="facts">
        ${fact("Training", whole(system.running))} ${fact("Waiting", whole(system.queue_depth))}
        ${fact("Slots", whole(system.workers.reduce((sum, { slots }) => sum + slots, 0)))}
        ${fact("Devices", system.devices.join(", ") || "none")}
      </dl>
    </section>
  `;

const needs = (health) =>
  html`
    <section class="card" aria-labelledby="needs-title">
      <h2 id="needs-title">Dependencies</h2>
      <ul class="needs" aria-live="polite">
        ${health.dependencies.map(({ name, ok, detail }) =>
          html`
            <li>
              <span class="status status-${ok ? "succeeded" : "failed"}">${icon(ok ? "succeeded" : "failed")}<span>${ok
                ? "ready"
                : "down"}</span></span>
              ${name} <span class="muted small">${detail}</span>
            </li>
          `
        )}
      </ul>
    </section>
  `;

const workers = (system) =>
  html`
    <section class="card" aria-labelledby="workers-title">
      <h2 id="workers-title">Workers</h2>
      ${system.workers.length ? workersTable(system.workers) : note(
        "warning",
        html`
          No worker is alive: experiments wait until one starts. <code>gradus up</code> starts some;
          on another machine <code>python -m worker</code> does.
        `,
      )}
      ${system.cores_policy ? html`<p class="muted">${system.cores_policy}</p>` : nothing}
    </section>
  `;

/** The utilization of a worker's GPU, and its memory. @param {any} usage */
const gpuOf = (usage) => {
  if (usage?.gpu_memory_bytes === undefined || usage.gpu_memory_bytes === null) return "–";
  const busy = usage.gpu === null ? "" : `${Math.round(100 * usage.gpu)} %, `;
  return `${busy}${bytes(usage.gpu_memory_bytes)} of ${bytes(usage.gpu_memory_total_bytes)}`;
};

const workersTable = (all) =>
  html`
    <div class="table" role="region" aria-label="Workers" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">Device</th>
            <th scope="col" class="number">Training</th>
            <th scope="col" class="number">Slots</th>
            <th scope="col" class="number">Cores</th>
            <th scope="col">Threads</th>
            <th scope="col" class="number">CPU</th>
            <th scope="col" class="number">Memory</th>
            <th scope="col" class="number">GPU</th>
            <th scope="col">Since</th>
            <th scope="col">Seen</th>
            <th scope="col">Version</th>
          </tr>
        </thead>
        <tbody>
          ${all.map((worker) =>
            html`
              <tr>
                <th scope="row">${worker.host} <span class="muted">${worker.pid}</span></th>
                <td class="device">${worker.device}</td>
                <td class="number">${whole(worker.running)}</td>
                <td class="number">${whole(worker.slots)}</td>
                <td class="number">${worker.cores ? whole(worker.cores) : "–"}</td>
                <td>${worker.threads.join(", ") || "–"}</td>
                <td class="number">${worker.usage ? worker.usage.cpu.toFixed(1) : "–"}</td>
                <td class="number">${worker.usage ? bytes(worker.usage.memory_bytes) : "–"}</td>
                <td class="number">${gpuOf(worker.usage)}</td>
                <td>${time(worker.started_at)}</td>
                <td>${time(worker.seen_at)}</td>
                <td>${worker.version}</td>
              </tr>
            `
          )}
        </tbody>
      </table>
    </div>
  `;

const NAMES = {
  body_bytes: "Request body",
  units: "Units per layer",
  layers: "Layers",
  epochs: "Epochs",
  parameters: "Parameters",
  memory_bytes: "Memory per experiment",
  queued: "Queued experiments",
  running: "Running experiments",
  requests_per_minute: "Requests per minute",
  streams: "Open streams per key",
  page_size: "Page size",
  wait_seconds: "Longest wait of a request, seconds",
  file_bytes: "File sent as one body",
  upload_bytes: "File sent in parts",
  workspace_bytes: "Data of a workspace",
  part_bytes: "Part of a file",
  rows: "Rows of a data set",
  columns: "Columns of a data set",
  cell_bytes: "Cell of a table",
  picture_bytes: "Picture",
  picture_pixels: "Pixels of a picture",
  pictures: "Pictures of a data set",
  reading_seconds: "Reading 100 MB, seconds",
  classes: "Classes of a target",
  predict_bytes: "Request for predictions",
  predict_rows: "Rows to predict in a request",
};

const limits = (all) =>
  html`
    <section class="card" aria-labelledby="limits-title">
      <h2 id="limits-title">Limits</h2>
      <dl class="limits">
        ${Object.entries(all).map(([key, value]) =>
          html`
            <div>
              <dt>${NAMES[key] ?? key.replaceAll("_", " ")}</dt>
              <dd>${key.endsWith("bytes") ? bytes(value) : whole(value)}</dd>
            </div>
          `
        )}
      </dl>
    </section>
  `;
