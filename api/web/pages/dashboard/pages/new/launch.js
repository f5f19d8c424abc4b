// Creates what the page describes.

import { post } from "../../api.js";
import { toast } from "../../toast.js";
import { patchBetween } from "./schema/patch.js";

/** Create it and open its page. Mistakes are shown in the same place as those of a dry run. */
export const launch = async (page) => {
  if (page.launching) return;
  page.launching = true;
  page.redraw();
  try {
    const { path, id } = await MAKE[page.kind](page);
    page.navigate(`${path}/${id}`);
  } catch (error) {
    const problem = /** @type {import("../../api.js").Problem} */ (error);
    page.launching = false;
    if (problem.errors?.length) Object.assign(page.dryRun, { problem, mistakes: problem.errors });
    else toast(problem.message, "error");
    page.redraw();
  }
};

/** The changes of a fork against its parent. */
export const changesOf = (page) => patchBetween(page.parent.document, page.draft.document);

const once = (page) => ({ "Idempotency-Key": page.key });

const MAKE = {
  spec: async (page) => ({ path: "/experiments", ...(await post("/v1/experiments", page.draft.document, once(page))) }),
  sweep: async (page) => ({ path: "/sweeps", ...(await post("/v1/sweeps", page.draft.document, once(page))) }),
  fork: async (page) => {
    const body = { changes: changesOf(page), ...(page.from === null ? {} : { from_epoch: page.from }) };
    return {
      path: "/experiments",
      ...(await post(`/v1/experiments/${page.parent.experiment.id}/fork`, body, once(page))),
    };
  },
};
