// The metrics as a file for spreadsheets.

import { at } from "../../address.js";
import { Problem } from "../../api.js";

export const downloadCsv = async (experiment) => {
  const answer = await fetch(at(`/v1/experiments/${experiment.id}/metrics`), { headers: { Accept: "text/csv" } });
  if (!answer.ok) throw new Problem(await answer.json());
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = `${experiment.name.replace(/[^\w.-]+/g, "-") || experiment.id}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
};
