// What a spec will do, measured on its initial network. It takes a worker a second or two, so one asks for it.

import { get, post } from "../../api.js";

const WAIT = { Prefer: "wait=30" };

/**
 * @typedef {object} Probe
 * @property {any} result the newest probe; null before there is one
 * @property {string | null} of the document that it is about, as JSON
 * @property {any} problem why there is none
 * @property {boolean} waiting
 * @property {(document: any) => Promise<void>} ask
 * @property {() => void} close
 */

/** @param {() => void} changed when there is something else to show @returns {Probe} */
export const createProbe = (changed) => {
  let newest = 0;
  const become = (/** @type {object} */ state) => {
    Object.assign(probe, state);
    changed();
  };
  /** @type {Probe} */
  const probe = {
    result: null,
    of: null,
    problem: null,
    waiting: false,
    ask: async (document) => {
      const mine = ++newest;
      become({ waiting: true, problem: null });
      const found = await answered(document, () => mine === newest);
      if (mine === newest) become({ waiting: false, ...found });
    },
    close: () => {
      newest++;
    },
  };
  return probe;
};

/** The probe, however often the service has to be asked. @param {any} document @param {() => boolean} isWanted */
const answered = async (document, isWanted) => {
  try {
    let answer = await post("/v1/probes", document, WAIT);
    while (answer.status === "open" && isWanted()) answer = await get(`/v1/probes/${answer.id}`, {}, WAIT);
    return { result: answer, of: JSON.stringify(document) };
  } catch (problem) {
    return { problem };
  }
};
