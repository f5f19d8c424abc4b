// The page of all data sets and of the uploads in progress.

import { datasets, forgetDatasets } from "../datasets.js";
import { session } from "../session.js";
import { failure, loading } from "../states.js";
import { Reader } from "../store/reader.js";
import { render } from "../template.js";
import { perFrame } from "../throttle.js";
import { onUploads, uploads } from "../uploads/uploads.js";
import { chooseAndUpload, droppable } from "./data/choose.js";
import { view } from "./data/view.js";

/** Polling interval in milliseconds while a data set is being read, because lists have no events. */
const INTERVAL = 700;
/** Polling interval in milliseconds otherwise, because other users may upload data sets, too. */
const REST = 15_000;

/** @param {HTMLElement} root @param {any} context */
export const open = (root, { navigate }) => {
  /** @type {any[] | null} */
  let sets = null;
  let closed = false;
  let timer = 0;
  const draw = perFrame(() => {
    if (!closed && sets) render(view({ sets, uploads: uploads(), choose }), root);
  });
  const read = async () => {
    clearTimeout(timer);
    forgetDatasets();
    const [found] = await Promise.all([datasets(), session()]);
    sets = [...found.values()];
    draw();
    timer = setTimeout(tick, sets.some(({ status }) => status === "reading") ? INTERVAL : REST);
  };
  const reader = new Reader({
    read,
    failed: (error) => void (closed || render(failure(error, () => reader.now()), root)),
  });
  const tick = () => (document.hidden ? void (timer = setTimeout(tick, INTERVAL)) : void reader.now());
  /** Open the new data set, if the user still waits on this page. */
  const choose = async (/** @type {File[]} */ files) => {
    const made = await chooseAndUpload(files, sets ?? []);
    if (!made) return;
    if (closed || uploads().length) reader.now();
    else navigate(`/data/${made.id}`);
  };
  const ends = [onUploads(draw), droppable(root, choose)];
  render(loading(), root);
  reader.now();
  return () => {
    closed = true;
    clearTimeout(timer);
    draw.cancel();
    reader.end();
    for (const end of ends) end();
  };
};
