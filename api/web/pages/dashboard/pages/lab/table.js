// The table of the lecture: the L1 and L2 penalties of weights that give the same output.

import { finite } from "../../api.js";
import { figure } from "../../format.js";
import { html, nothing } from "../../template.js";

/** The table that this demonstration has beside its charts. @param {import("./demonstration.js").Demonstration} one */
export const tableOf = ({ name, result }) => (name === "penalty_cases" && result ? penalties(result.cases) : nothing);

/** @param {any[]} cases */
const penalties = (cases) =>
  html`
    <div class="table lab-table" role="region" aria-label="Penalties of each case" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Weights w</th>
            <th scope="col" class="number">w · (1, 1, …)</th>
            <th scope="col" class="number">L1 = Σ|w|</th>
            <th scope="col" class="number">L2 = Σw²</th>
            <th scope="col">Gradient of L1</th>
            <th scope="col">Gradient of L2</th>
          </tr>
        </thead>
        <tbody>${cases.map((one) =>
          html`
            <tr>
              <th scope="row">${vector(one.weights)}</th>
              <td class="number">${figure(sum(one.weights))}</td>
              <td class="number">${figure(finite(one.l1))}</td>
              <td class="number">${figure(finite(one.l2))}</td>
              <td>${vector(one.l1_gradient)}</td>
              <td>${vector(one.l2_gradient)}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;

/** @param {any[]} numbers */
const vector = (numbers) => `(${numbers.map((one) => figure(finite(one))).join(", ")})`;

/** @param {any[]} weights */
const sum = (weights) => weights.reduce((total, weight) => total + (finite(weight) ?? NaN), 0);
