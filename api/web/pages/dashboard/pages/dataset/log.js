// The log of the workers that read the data set.

import { get } from "../../api.js";
import { log } from "../experiment/log.js";

export class LogTab {
  /** @type {{ id: number, at: string, level: string, message: string }[]} */
  #lines = [];

  /** @param {import("../dataset.js").TabContext} context */
  constructor({ id }) {
    this.id = id;
  }

  async read() {
    this.#lines = (await get(`/v1/datasets/${this.id}/log`)).data;
  }

  /** @param {import("../../stream/dataset.js").DatasetEvent} event */
  hear({ seq, kind, at, data }) {
    if (kind === "log" && seq > (this.#lines.at(-1)?.id ?? 0)) this.#lines = [...this.#lines, { id: seq, at, ...data }];
  }

  /** @param {any} set */
  view({ error, status }) {
    return log(this.#lines, error, status === "reading" ? "running" : "succeeded");
  }
}
