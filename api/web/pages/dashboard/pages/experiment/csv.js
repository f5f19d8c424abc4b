// The metrics as a file for spreadsheets.

import { getFile } from "../../api.js";
import { saveAs } from "../../save.js";

const LONGEST = 80;

export const downloadCsv = async (experiment) => {
  const file = await getFile(`/v1/experiments/${experiment.id}/metrics`, {}, { Accept: "text/csv" });
  saveAs(file, `${fileName(experiment)}.csv`);
};

/** Letters and digits of any script; no name that is hidden, too long for a disk, or reads another way than it is. */
const fileName = ({ name, id }) => {
  const plain = name.normalize().replace(/[^\p{L}\p{M}\p{N}_.]+/gu, "-");
  return [...plain].slice(0, LONGEST).join("").replace(/^[.-]+|[.-]+$/g, "") || id;
};
