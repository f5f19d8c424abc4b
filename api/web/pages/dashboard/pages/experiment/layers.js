// The layers of the network, as a dry run of the resolved spec finds them.

import { bytes, whole } from "../../format.js";
import { html, nothing } from "../../template.js";

/** @param dryRun undefined while it is asked for; with a `problem` if it came to nothing */
export const layers = (dryRun) =>
  html`
    <section class="card" aria-labelledby="layers-title">
      <h2 id="layers-title">Layers</h2>
      ${dryRun?.layers ? table(dryRun) : html`<p class="muted">${dryRun?.problem.message ?? "Loading …"}</p>`}
    </section>
  `;

const table = (dryRun) =>
  html`
    <div class="table" tabindex="0" role="region" aria-labelledby="layers-title">
      <table>
        <thead>
          <tr>
            <th scope="col">Layer</th>
            <th scope="col">Kind</th>
            <th scope="col">Activation</th>
            <th scope="col" class="number">In</th>
            <th scope="col" class="number">Out</th>
            <th scope="col" class="number">Parameters</th>
          </tr>
        </thead>
        <tbody>${dryRun.layers.map(row)}</tbody>
        <tfoot>
          <tr>
            <th scope="row" colspan="5">Together</th>
            <td class="number"><strong>${whole(dryRun.parameters)}</strong></td>
          </tr>
        </tfoot>
      </table>
    </div>
    <p class="muted small below">
      ${whole(dryRun.train_examples)} training, ${whole(dryRun.validation_examples)} validation,
      ${whole(dryRun.test_examples)} test examples · ${whole(dryRun.steps_per_epoch)} steps per epoch
      ${dryRun.memory_bytes ? html`· about ${bytes(dryRun.memory_bytes)} of memory` : nothing}
    </p>
  `;

const row = (layer) =>
  html`
    <tr>
      <th scope="row">${layer.name}</th>
      <td>${layer.kind}</td>
      <td>${layer.activation}</td>
      <td class="number">${layer.input_shape.join(" × ")}</td>
      <td class="number">${layer.output_shape.join(" × ")}</td>
      <td class="number">${whole(layer.parameters)}</td>
    </tr>
  `;
