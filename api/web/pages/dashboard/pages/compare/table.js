// The table of the runs, sortable by any column.

import { at } from "../../address.js";
import { series, STROKES } from "../../charts/style.js";
import { title } from "../../format.js";
import { seeded } from "../../run_name.js";
import { icon } from "../../icons.js";
import { badge } from "../../status.js";
import { html, nothing, repeat } from "../../template.js";

/**
 * @param {{rows, columns, sort: {key, down}, place(experiment): number, turn(column), point(id), drop(id)}} view
 *   `place` is the number of a run's line, `point` says at which row the pointer is
 */
export const table = ({ rows, columns, sort, place, turn, point, drop }) =>
  html`
    <div class="card table compare-table" tabindex="0" role="region" aria-label="The runs">
      <table>
        <thead>
          <tr>
          <th scope="col">Run</th>
          <th scope="col">Status</th>
          ${columns.map((column) => heading(column, sort, turn))}
          <td></td>
        </tr>
        </thead>
        <tbody @pointerleave=${() => point(null)}>
          ${repeat(rows, (one) => one.id, (one) =>
            html`
              <tr @pointerenter=${() => point(one.id)} data-id=${one.id}>
                <th scope="row"><span class="run-name">${swatch(place(one))}<a href=${at(
                  `/experiments/${one.id}`,
                )} class="seeded" title=${title(one)}>${seeded(title(one))}</a></span></th>
                <td>${badge(one.status)}</td>
                ${columns.map((column) => html`<td class=${column.number ? "number" : ""}>${column.text(one)}</td>`)}
                <td><button class="quiet" aria-label="Leave out ${title(one)}" title="Leave out" @click=${() =>
                  drop(one.id)}>${icon("close")}</button></td>
              </tr>
            `)}
        </tbody>
      </table>
    </div>
  `;

const heading = (column, sort, turn) => {
  const here = sort.key === column.key;
  return html`
    <th scope="col" class=${column.number ? "number" : ""} aria-sort=${here
      ? (sort.down ? "descending" : "ascending")
      : nothing}>
      <button class="sort" @click=${() => turn(column)}>${column.label}<span aria-hidden="true">${here
        ? (sort.down ? "↓" : "↑")
        : ""}</span></button>
    </th>
  `;
};

/** A small sample of the run's line in the chart. */
const swatch = (n) => {
  const { color, dash } = series(n);
  return html`
    <svg class="swatch" viewBox="0 0 24 8" aria-hidden="true">
      <path d="M1 4H23" stroke=${color} stroke-dasharray=${STROKES[dash]} />
    </svg>
  `;
};
