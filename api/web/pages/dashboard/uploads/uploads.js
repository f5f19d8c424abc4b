// All uploads of this tab. They continue while other pages are shown.

import { keptUploads } from "./memory.js";
import { Upload } from "./upload.js";

/** @typedef {{ file: File, split: string | null }} ChosenFile */

/** @type {Set<() => void>} */
const watchers = new Set();
/** @type {Upload[] | null} */
let all = null;

/** @returns {Upload[]} the uploads in progress, and those from before a reload, which lack their files */
export const uploads = () => {
  all ??= keptUploads().map(({ key, name, files }) =>
    new Upload({ key, name, files: files.map((file) => ({ ...file, blob: null, sent: 0 })), changed: tell })
  );
  return all;
};

/** Call `watcher` at each change. @param {() => void} watcher @returns a function that ends it */
export const onUploads = (watcher) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/**
 * Begin an upload.
 *
 * @param {string} name of the data set
 * @param {ChosenFile[]} files
 * @param {string | null} [dataset] id of the data set to which it adds a version
 * @returns {Promise<any>} the result; undefined if the upload failed, which its state shows
 */
export const beginUpload = (name, files, dataset = null) => {
  const upload = new Upload({
    name,
    dataset,
    files: files.map(({ file, split }) => ({
      name: file.name,
      size: file.size,
      modified: file.lastModified,
      split,
      upload: null,
      blob: file,
      sent: 0,
    })),
    changed: tell,
  });
  all = [...uploads(), upload];
  return run(upload);
};

/**
 * Continue uploads that lack these files.
 *
 * @param {File[]} files
 * @returns {{ left: File[], made: Promise<any>[] }} the files that no upload lacks, and the results of the uploads
 */
export const resumeUploads = (files) => {
  let left = files;
  const made = [];
  for (const upload of uploads().filter(({ state }) => state === "absent")) {
    left = upload.takeFiles(left);
    if (upload.isComplete) made.push(run(upload));
  }
  return { left, made };
};

/** Retry a refused upload with another name. @param {Upload} upload @param {string} name */
export const retryUpload = (upload, name) => {
  upload.rename(name);
  return run(upload);
};

/** @param {Upload} upload */
export const cancelUpload = (upload) => {
  all = uploads().filter((one) => one !== upload);
  tell();
  return upload.cancel();
};

/** @param {Upload} upload */
const run = async (upload) => {
  await upload.run();
  if (upload.state !== "done") return undefined;
  all = uploads().filter((one) => one !== upload);
  tell();
  return upload.made;
};

const tell = () => watchers.forEach((watcher) => watcher());
