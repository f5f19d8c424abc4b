// The metrics as a CSV file.

import { getFile } from "../../api.js";
import { saveAs } from "../../save.js";

const LONGEST = 80;

export const downloadCsv = async (experiment) => {
  const file = await getFile(`/v1/experiments/${experiment.id}/metrics`, {}, { Accept: "text/csv" });
  saveAs(file, `${fileName(experiment)}.csv`);
};

/**
 * A file name of letters and digits of any script: never hidden, too long for a disk, or with characters that change
 * the direction of text.
 */
const fileName = ({ name, id }) => {
  const plain = name.normalize().replace(/[^\p{L}\p{M}\p{N}_.]+/gu, "-");
  return [...plain].slice(0, LONGEST).join("").replace(/^[.-]+|[.-]+$/g, "") || id;
};
