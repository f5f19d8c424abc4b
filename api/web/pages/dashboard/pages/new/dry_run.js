// The dry run of a document, requested again after each change. Only the newest answer is shown.

import { post } from "../../api.js";

/** Milliseconds between the last change and the request. */
const REST = 250;

/** @param {() => void} changed called when there is something new to show */
export const createDryRun = (changed) => {
  const dryRun = { result: null, mistakes: [], problem: null, waiting: false };
  let timer = 0;
  let newest = 0;
  const become = (state) => {
    Object.assign(dryRun, state);
    changed();
  };
  const run = async (path, document, mine) => {
    const answer = await tried(path, document);
    if (mine === newest) become({ waiting: false, ...answer, result: answer.result ?? dryRun.result });
  };
  /** @param {string} path to post to, "/v1/experiments" or "/v1/sweeps" */
  dryRun.ask = (path, document, rest = REST) => {
    clearTimeout(timer);
    const mine = ++newest;
    dryRun.waiting = true;
    timer = setTimeout(() => run(path, document, mine), rest);
  };
  /** Send no request, because there is no document yet. */
  dryRun.rest = () => {
    dryRun.close();
    become({ result: null, mistakes: [], problem: null, waiting: false });
  };
  dryRun.close = () => {
    clearTimeout(timer);
    newest++;
  };
  return dryRun;
};

const tried = async (path, document) => {
  try {
    return { result: await post(`${path}?dry_run=true`, document), mistakes: [], problem: null };
  } catch (error) {
    const problem = /** @type {import("../../api.js").Problem} */ (error);
    return { mistakes: problem.errors ?? [], problem };
  }
};
