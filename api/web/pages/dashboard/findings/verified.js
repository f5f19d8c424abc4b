// The result or the progress of verifying a patch by training with and without it.

import { at } from "../address.js";
import { figure, whole } from "../format.js";
import { icon } from "../icons.js";
import { label } from "../metrics.js";
import { html, nothing } from "../template.js";
import { visible } from "../visible.js";

/** Maximum number of experiments that are listed one by one. */
const FEW = 3;

/** @param {any} verified */
export const verifiedView = (verified) => {
  if (!verified) return nothing;
  const { gain, ci95, seeds, experiments, metric, sweep_id: sweep } = verified;
  const over = seeds ? ` over ${whole(seeds)} pairs` : "";
  const interval = ci95 ? ` [${figure(ci95[0])}, ${figure(ci95[1])}]` : "";
  const isBetter = verified.decided && !isWorse(verified);
  const where = sweep ? html`, in <a href=${at(`/sweeps/${sweep}`)}>this sweep</a>` : links(experiments);
  const told = gain === null ? "the gain cannot be computed" : html`gain <strong>${figure(gain)}</strong>${interval}`;
  const what = gain !== null && metric ? ` in ${label(metric)}` : "";
  return html`
    <p
      class="verified small ${isBetter ? "is-better" : ""}">${icon(isBetter ? "check" : "info")}<span>${verdict(
        verified,
      )}${over}: ${told}${what}${failures(verified)}${where}</span></p>
  `;
};

/** @param {any} verified */
const verdict = (verified) => {
  if (!verified.decided) return "No clear difference";
  return isWorse(verified) ? "Proved to be worse" : "Verified";
};

/**
 * The result if there is no gain to report: how many runs diverged with and without the patch.
 * @param {any} verified
 */
const isWorse = ({ gain, failed_without: without, failed_with: within }) => gain === null ? within > without : gain < 0;

/** @param {any} verified */
const failures = ({ failed_without: without, failed_with: within }) =>
  `${without ? `; ${whole(without)} failed without it` : ""}${within ? `; ${whole(within)} failed with it` : ""}`;

/** @param {string[]} ids */
const links = (ids) =>
  ids?.length
    ? html`, in ${
      ids.slice(0, FEW).map((id, i) =>
        html`${i ? ", " : ""}<a href=${at(`/experiments/${id}`)}>${visible(id.slice(-6))}</a>`
      )
    }`
    : nothing;

/** @param {any} verifying */
export const verifyingView = (verifying) => {
  if (!verifying) return nothing;
  const { done, seeds, sweep_id: sweep } = verifying;
  return html`
    <p class="verified small"
      role="status"><progress max=${seeds} value=${done}></progress><span>Verifying: ${whole(
        done,
      )} of at most ${whole(seeds)} pairs are over, in <a href=${at(`/sweeps/${sweep}`)}>this sweep</a></span></p>
  `;
};
