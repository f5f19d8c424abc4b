// The summary of a dry run: parameters, shapes, memory; or the mistakes in the document.

import { fact } from "../../fact.js";
import { bytes, duration, whole } from "../../format.js";
import { note } from "../../states.js";
import { alarmsOf, notesOf } from "./outcome/findings.js";
import { inputsOf } from "./outcome/inputs.js";
import { html, nothing } from "../../template.js";
import { visible, visibleLines } from "../../visible.js";
import { lineOf, select } from "./json/editor.js";
import { readable } from "./pointer.js";

/** The summary of one experiment. `apply` applies a patch of the spec to the document. */
export const experimentOutcome = (dryRun, draft, apply) =>
  framed(dryRun, draft, (result) =>
    html`
      ${facts([
        ["Inputs", whole(result.input_shape.reduce((product, size) => product * size, 1))],
        ["Parameters", whole(result.parameters)],
        ["Memory", bytes(result.memory_bytes)],
        ["Steps per epoch", whole(result.steps_per_epoch)],
      ])}
      ${alarmsOf(result, apply)}
      <div class="table" tabindex="0" role="region" aria-label="Layers">
        <table>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col">Shape</th>
              <th scope="col">Activation</th>
              <th scope="col" class="number">Parameters</th>
              <th scope="col" class="number">Multiply-adds</th>
            </tr>
          </thead>
          <tbody>${result.layers.map(layerRow)}</tbody>
        </table>
      </div>
      <p class="muted small">
        ${whole(result.train_examples)} examples to train, ${whole(result.validation_examples)} to validate, ${whole(
          result.test_examples,
        )} to test.
      </p>
      ${inputsOf(result)} ${notesOf(result, apply)}
    `);

const layerRow = (layer) =>
  html`
    <tr>
      <th scope="row">${placeOf(layer)}</th>
      <td>${layer.input_shape.join(" × ")} → ${layer.output_shape.join(" × ")}</td>
      <td>${layer.activation}</td>
      <td class="number">${whole(layer.parameters)}</td>
      <td class="number">${whole(layer.multiply_adds)}</td>
    </tr>
  `;

/** The label of a layer: "3 conv"; within a residual connection "3.1 conv". Layers are counted from 1. */
const placeOf = (layer) => {
  const places = layer.name.split("/").filter((part) => /^\d+$/.test(part)).map((part) => Number(part) + 1);
  return places.length ? `${places.join(".")} ${layer.name.match(/[a-z]+$/)?.[0] ?? layer.kind}` : layer.name;
};

/** Of a sweep. */
export const sweepOutcome = (dryRun, draft) =>
  framed(dryRun, draft, (result) =>
    html`
      ${facts([
        ["Experiments", whole(result.count)],
        ["Time", result.seconds === null ? "not known" : `about ${duration(result.seconds)}`],
        ["Parameters in all", whole(result.parameters)],
      ])}
      <p class="muted small">
        ${arrays(result.arrays)}
        ${result.seconds === null ? "The time cannot be estimated before runs like these have succeeded." : nothing}
      </p>
      <details class="more">
        <summary>Experiments of the sweep<span class="more-what">${whole(
          labels(result).length,
        )} changes</span></summary>
        <ul class="members">${labels(result).map(([label, seeds]) =>
          html`<li><bdi>${visible(label)}</bdi><span class="muted">${seeds}</span></li>`
        )}</ul>
      </details>
    `);

const arrays = (sizes) => {
  const most = Math.max(...sizes);
  if (most === 1) return "Each trains on its own.";
  return `They train as ${sizes.length} ${sizes.length === 1 ? "array" : "arrays"} of up to ${most} side by side.`;
};

const labels = (result) => {
  const seeds = new Map();
  for (const { label, seed } of result.members) seeds.set(label, [...(seeds.get(label) ?? []), seed]);
  return [...seeds].map(([label, all]) => [label, all.length === 1 ? `seed ${all[0]}` : `${all.length} seeds`]);
};

const facts = (pairs) =>
  html`
    <dl class="facts">${pairs.map(([name, value]) => fact(name, value))}</dl>
  `;

/** While there are mistakes, the last result stays visible. */
const framed = (dryRun, draft, content) =>
  html`
    <section class="card outcome" aria-labelledby="outcome-title">
      <div class="card-head"><h2 id="outcome-title">Summary</h2></div>
      <div aria-live="polite">${draft.fault ? nothing : problems(dryRun, draft)}</div>
      ${dryRun.result || dryRun.problem || dryRun.waiting
        ? nothing
        : html`<p class="muted">Add a change to see how many runs the sweep makes.</p>`}
      ${dryRun.result && (dryRun.problem || draft.fault)
        ? html`<p class="muted small">Before this change:</p>`
        : nothing}
      ${dryRun.result ? content(dryRun.result) : nothing}
    </section>
  `;

const problems = (dryRun, draft) => {
  if (!dryRun.problem) return nothing;
  if (!dryRun.mistakes.length) return note("error", visibleLines(dryRun.problem.message));
  return note(
    "error",
    html`
      <p>${dryRun.mistakes.length === 1 ? "One thing is wrong" : `${dryRun.mistakes.length} things are wrong`}:</p>
      <ul class="mistakes">${dryRun.mistakes.map((one) => mistake(one, draft))}</ul>
    `,
  );
};

const mistake = ({ path, message }, draft) => {
  const line = lineOf(draft.text, path);
  return html`
    <li>
      <button type="button" class="link" @click=${() => go(path, draft.text)}>${path
        ? html`<code>${readable(path)}</code>`
        : "The document"}</button>
      ${visibleLines(message)}${line
        ? html`
          <span class="muted">(line ${line})</span>
        `
        : nothing}
    </li>
  `;
};

/** Move the focus to the field; if there is none, to the JSON. */
const go = (path, text) => {
  const field = document.getElementById(`field-${encodeURIComponent(path).replaceAll("%", ".")}`);
  if (!field) return select(text, path);
  field.focus();
  field.scrollIntoView({ block: "center" });
};
