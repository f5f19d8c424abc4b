// The metrics as a file for spreadsheets.

import { at } from "../../address.js";
import { Problem } from "../../api.js";
import { saveAs } from "../../save.js";

const LONGEST = 80;

export const downloadCsv = async (experiment) => {
  const answer = await fetch(at(`/v1/experiments/${experiment.id}/metrics`), { headers: { Accept: "text/csv" } });
  if (!answer.ok) throw new Problem(await answer.json());
  saveAs(await answer.blob(), `${fileName(experiment)}.csv`);
};

/** Letters and digits of any script; no name that is hidden, too long for a disk, or reads another way than it is. */
const fileName = ({ name, id }) => {
  const plain = name.normalize().replace(/[^\p{L}\p{M}\p{N}_.]+/gu, "-");
  return [...plain].slice(0, LONGEST).join("").replace(/^[.-]+|[.-]+$/g, "") || id;
};
