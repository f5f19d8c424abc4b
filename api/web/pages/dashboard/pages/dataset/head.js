// The head of the page: facts, status and actions, and the error if the data set could not be read.

import { at } from "../../address.js";
import { get, patch } from "../../api.js";
import { fact } from "../../fact.js";
import { bytes, whole } from "../../format.js";
import { icon } from "../../icons.js";
import { mayChange } from "../../session.js";
import { note } from "../../states.js";
import { html, live, nothing } from "../../template.js";
import { time } from "../../time.js";
import { attempt } from "../../toast.js";
import { visible, visibleLines } from "../../visible.js";
import { dataBadge } from "../data/status.js";
import { rowsOf } from "../data/view.js";
import { actions } from "./actions.js";
import { edit } from "../experiment/edit.js";
import { merged } from "../../merge_patch.js";

/**
 * @typedef {{ changed: () => void, gone: () => void, version: (parse: object) => Promise<void> }} Page
 */

/** @param {any} set @param {Page} page */
export const head = (set, page) =>
  html`
    <a class="back small" href=${at("/data")}>${icon("back")}Data</a>
    <div class="head dataset-head">
      <div class="dataset-title">
        <h1><bdi>${visible(set.title)}</bdi>
          ${mayChange() && !set.built_in ? editButton(set, page) : nothing}
        </h1>
        ${set.built_in ? html`<span class="tag">built in</span>` : dataBadge(set.status)}
        ${set.tags.map((/** @type {string} */ tag) => html`<span class="tag"><bdi>${visible(tag)}</bdi></span>`)}
      </div>
      ${actions(set, page)}
    </div>
    ${facts(set, page)}
    ${set.notes ? html`<p class="notes" dir="auto">${visibleLines(set.notes)}</p>` : nothing}
  `;

/** @param {any} set @param {Page} page */
const editButton = (set, page) => {
  const act = (/** @type {() => Promise<any>} */ deed) => attempt(deed).then((done) => done && page.changed());
  return html`
    <button class="quiet" aria-label="Edit name, tags and notes" title="Edit name, tags and notes"
      @click=${() => edit(set, act, `/v1/datasets/${set.id}`)}>${icon("edit")}</button>
  `;
};

/** @param {any} set @param {Page} page */
const facts = (set, page) =>
  html`
    <dl class="dataset-facts">
      ${fact("Rows", whole(rowsOf(set)))}
      ${set.built_in ? nothing : html`
        ${fact("Columns", whole(set.columns.length))}
        ${set.bytes === null ? nothing : fact("Size", bytes(set.bytes))}
        ${set.version === null ? nothing : fact("Version", set.version)}
        ${fact("Added", time(set.created_at))}
        ${set.columns.length || set.status === "failed" ? html`<div>${target(set, page)}</div>` : nothing}
      `}
    </dl>
  `;

/**
 * The choice of a target while no columns are known, because a wrong target can be the reason why the files were not
 * read.
 * @param {any} set
 * @param {Page} page
 */
const namedTarget = (set, page) => {
  const write = (/** @type {any} */ event) =>
    attempt(async () => {
      const written = event.target.value.trim();
      const several = Array.isArray(set.target) ? written.split(/, */).filter(Boolean) : [];
      await patch(`/v1/datasets/${set.id}`, { target: several.length > 1 ? several : written || null });
      page.changed();
    });
  return html`
    <dt><label for="dataset-target">Target</label></dt>
    <dd><input class="input" id="dataset-target" .value=${live([set.target ?? []].flat().join(", "))}
      placeholder="none" @change=${write}></dd>
  `;
};

/** The default target, for specs that do not name one. @param {any} set @param {Page} page */
const target = (set, page) => {
  const names = set.columns.map((/** @type {any} */ { name }) => name);
  const several = Array.isArray(set.target);
  const choose = (/** @type {any} */ event) =>
    attempt(async () => {
      await patch(`/v1/datasets/${set.id}`, { target: names[event.target.selectedIndex - 1] ?? null });
      page.changed();
    });
  const chosen = names.indexOf(set.target) + 1;
  if (!mayChange()) {
    return html`
      <dt>Target</dt>
      <dd><bdi>${set.target === null ? "none" : visible([set.target].flat().join(", "))}</bdi></dd>
    `;
  }
  if (!names.length) return namedTarget(set, page);
  return html`
    <dt><label for="dataset-target">Target</label></dt>
    <dd>
      <select class="input" id="dataset-target" .selectedIndex=${live(chosen)} @change=${choose}>
        <option ?selected=${chosen === 0}>${several ? visible(set.target.join(", ")) : "none"}</option>
        ${names.map((/** @type {string} */ name, /** @type {number} */ i) =>
          html`<option ?selected=${chosen === i + 1}>${visible(name)}</option>`
        )}
      </select>
    </dd>
  `;
};

/** The progress of its reading. @param {any} set */
export const reading = ({ status, progress }) => {
  if (status !== "reading") return nothing;
  const total = progress?.total;
  const words = progress ? visible(progress.what) : "Waiting to be read";
  return html`
    <div class="dataset-progress">
      <progress max=${total ?? nothing} value=${total ? progress.done : nothing} aria-label="Reading"></progress>
      <p class="small muted" role="status">${words}${total
        ? `, ${Math.floor((100 * progress.done) / total)} %`
        : " …"}</p>
    </div>
  `;
};

/** Why the newest version could not be read, and which option would read it. @param {any} set @param {Page} page */
export const fault = (set, page) => {
  const { error, status, version, versions } = set;
  if (status !== "failed" || !error) return nothing;
  const newest = versions?.[0]?.number;
  const apply = async () => {
    const sent = await attempt(() => get(`/v1/datasets/${set.id}/versions/${newest}`));
    if (sent) await page.version(merged(sent.parse, error.option));
  };
  return note(
    "error",
    html`
      <p><strong>${version === null
        ? "It could not be read"
        : `Version ${newest} could not be read`}</strong>: ${visibleLines(error.message)}</p>
      ${place(error)}
      ${error.around
        ? html`
          <pre class="code around" tabindex="0" role="region"
            aria-label="The text around the error"><code>${visibleLines(error.around)}</code></pre>
        `
        : nothing}
      ${error.option && mayChange()
        ? html`
          <p class="row">
            <button class="button" @click=${apply}>Read it with ${optionWords(error.option)}</button>
          </p>
        `
        : nothing}
    `,
  );
};

/** @param {any} error */
const place = ({ file, line, byte }) => {
  const parts = [
    file ? html`<bdi>${visible(file)}</bdi>` : nothing,
    line === null ? nothing : html`line <strong>${whole(line)}</strong>`,
    byte === null ? nothing : html`byte ${whole(byte)}`,
  ].filter((one) => one !== nothing);
  return parts.length ? html`<p class="small">${parts.map((one, i) => html`${i ? ", " : ""}${one}`)}</p>` : nothing;
};

/** `{"ragged": "pad"}` as "ragged: pad". @param {Record<string, any>} option */
export const optionWords = (option) =>
  Object.entries(option).map(([key, value]) => {
    const said = typeof value === "string" ? visible(value) : JSON.stringify(value);
    return html`
      <code>${key}: ${said === "" ? '""' : said}</code>
    `;
  });

/** @param {any} set */
export const aboutBuiltIn = (set) =>
  html`
    <section class="card" aria-labelledby="about-title">
      <h2 id="about-title">What is in it</h2>
      <dl class="facts">
        ${fact(
          "Inputs",
          `${whole(set.inputs)}${set.input_shape.length > 1 ? ` (${set.input_shape.join(" × ")})` : ""}`,
        )}
        ${fact("Training", whole(set.train_examples))}
        ${fact("Validation", whole(set.validation_examples))}
        ${fact("Test", whole(set.test_examples))}
      </dl>
      <p>${set.classes.length
        ? html`<span class="muted">Classes</span> ${
          set.classes.map((/** @type {string} */ name) =>
            html`
              <span class="tag">${name}</span>
            `
          )
        }`
        : "The target is a number."}</p>
      ${set.available
        ? nothing
        : html`<p class="muted small">Not downloaded yet: the first run that needs it downloads it.</p>`}
    </section>
  `;
