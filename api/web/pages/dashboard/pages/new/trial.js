// What the service says of a document without storing it, asked anew after each change, the last answer winning.

import { post } from "../../api.js";

const CALM = 250;

/** @param {() => void} changed when there is something else to show */
export const createTrial = (changed) => {
  const trial = { result: null, mistakes: [], problem: null, waiting: false };
  let timer = 0;
  let newest = 0;
  const become = (state) => {
    Object.assign(trial, state);
    changed();
  };
  const run = async (path, document, mine) => {
    const answer = await tried(path, document);
    if (mine === newest) become({ waiting: false, ...answer, result: answer.result ?? trial.result });
  };
  /** @param {string} path to post to, "/v1/experiments" or "/v1/sweeps" */
  trial.ask = (path, document, calm = CALM) => {
    clearTimeout(timer);
    const mine = ++newest;
    trial.waiting = true;
    timer = setTimeout(() => run(path, document, mine), calm);
  };
  /** Ask nothing: there is nothing to ask about yet. */
  trial.rest = () => {
    trial.close();
    become({ result: null, mistakes: [], problem: null, waiting: false });
  };
  trial.close = () => {
    clearTimeout(timer);
    newest++;
  };
  return trial;
};

const tried = async (path, document) => {
  try {
    return { result: await post(`${path}?dry_run=true`, document), mistakes: [], problem: null };
  } catch (error) {
    const problem = /** @type {import("../../api.js").Problem} */ (error);
    return { mistakes: problem.errors ?? [], problem };
  }
};
