// The probe of a spec, measured on its initial network. It takes a worker one or two seconds, so it runs only on
// request.

import { get, post } from "../../api.js";

const WAIT = { Prefer: "wait=30" };

/**
 * @typedef {object} Probe
 * @property {any} result the newest probe; null before the first
 * @property {string | null} of the probed document, as JSON
 * @property {any} problem the error, if the probe has failed
 * @property {boolean} waiting
 * @property {(document: any) => Promise<void>} ask
 * @property {() => void} close
 */

/** @param {() => void} changed called when there is something new to show @returns {Probe} */
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

/**
 * The probe. The request is repeated until the probe is ready.
 * @param {any} document
 * @param {() => boolean} isWanted
 */
const answered = async (document, isWanted) => {
  try {
    let answer = await post("/v1/probes", document, WAIT);
    while (answer.status === "open" && isWanted()) answer = await get(`/v1/probes/${answer.id}`, {}, WAIT);
    return { result: answer, of: JSON.stringify(document) };
  } catch (problem) {
    return { problem };
  }
};
