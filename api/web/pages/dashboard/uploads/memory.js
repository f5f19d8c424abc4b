// Unfinished uploads, stored by the browser: after a reload they continue where they stopped, once the user has chosen
// their files again.

import { keepSetting, setting } from "../settings.js";

const KEY = "gradus-uploads";

/**
 * A file of an upload; the browser does not store its bytes.
 * @typedef {{ name: string, size: number, modified: number, split: string | null, upload: string | null }} KeptFile
 *   `upload` is its id in the service, null before it has one
 * @typedef {{ key: string, name: string, files: KeptFile[] }} KeptUpload
 */

/** @returns {KeptUpload[]} */
export const keptUploads = () => {
  try {
    const found = JSON.parse(setting(KEY) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return []; // the entry may be from another version of the page
  }
};

/** @param {KeptUpload} upload */
export const keepUpload = (upload) => {
  const others = keptUploads();
  const place = others.findIndex(({ key }) => key === upload.key);
  write(place < 0 ? [...others, upload] : others.with(place, upload));
};

/** @param {string} key */
export const forgetUpload = (key) => write(keptUploads().filter((one) => one.key !== key));

const write = (/** @type {KeptUpload[]} */ uploads) => keepSetting(KEY, JSON.stringify(uploads));

/** Whether a file is the same that was chosen before. @param {KeptFile} kept @param {File} file */
export const isSameFile = (kept, file) =>
  kept.name === file.name && kept.size === file.size && kept.modified === file.lastModified;
