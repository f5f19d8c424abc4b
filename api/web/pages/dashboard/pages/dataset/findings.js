// The findings about the data, and their patches: a new version, or an experiment with a changed spec.

import { at } from "../../address.js";
import { get } from "../../api.js";
import { findingList, nothingFound, rowsOf } from "../../findings/list.js";
import { merged } from "../../merge_patch.js";
import { mayChange } from "../../session.js";
import { html, nothing } from "../../template.js";
import { attempt } from "../../toast.js";
import { trainingAddress } from "./actions.js";

export class FindingsTab {
  /** @param {import("../dataset.js").TabContext} context */
  constructor({ findings, version }) {
    this.findings = findings;
    this.version = version;
  }

  /** @param {any} set */
  view(set) {
    const found = this.findings();
    if (!found.length) return nothingFound("No problems were found in the data.");
    return findingList(found, {
      document: ({ of }) => (of === "parse" ? set.parse : { dataset: { name: set.name } }),
      actions: (patch) => this.#actions(set, patch),
      rows: (finding) => (rowsOf(finding).length ? rowsAddress(set.id, finding) : null),
    });
  }

  /** @param {any} set @param {any} patch */
  #actions(set, { patch, of }) {
    if (!mayChange()) return nothing;
    if (of !== "parse") return html`<a class="button" href=${trainingAddress(set, patch)}>Train with this</a>`;
    const apply = async () => {
      const now = await attempt(() => get(`/v1/datasets/${set.id}/versions/${set.version}`));
      if (now) await this.version(merged(now.parse, patch));
    };
    return html`<button class="button" @click=${apply}>Read again with this</button>`;
  }
}

/** The address of the rows of a finding. @param {string} id @param {{ id: string, column: string | null }} finding */
const rowsAddress = (id, { id: code, column }) =>
  at(`/data/${id}?tab=rows&${new URLSearchParams({ finding: code, ...(column ? { of: column } : {}) })}`);
