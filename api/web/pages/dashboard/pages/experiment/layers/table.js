// The layers of a network as a table: their shapes, parameters and costs.

import { bytes, whole } from "../../../format.js";
import { html, nothing } from "../../../template.js";

/** @param {any} experiment */
export const table = (experiment) =>
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
            <th scope="col" class="number">Multiply-adds</th>
          </tr>
        </thead>
        <tbody>${experiment.layers.map(row)}</tbody>
        <tfoot>
          <tr>
            <th scope="row" colspan="5">Total</th>
            <td class="number"><strong>${whole(experiment.parameters)}</strong></td>
            <td class="number">${whole(experiment.layers.reduce((sum, layer) => sum + layer.multiply_adds, 0))}</td>
          </tr>
        </tfoot>
      </table>
    </div>
    <p class="muted small below">
      ${whole(experiment.train_examples)} training, ${whole(experiment.validation_examples)} validation,
      ${whole(experiment.test_examples)} test examples · ${whole(experiment.steps_per_epoch)} steps per epoch
      ${experiment.memory_bytes ? html`· about ${bytes(experiment.memory_bytes)} of memory` : nothing}
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
      <td class="number">${whole(layer.multiply_adds)}</td>
    </tr>
  `;
