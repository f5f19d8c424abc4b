// How runs came about, where that may give them other numbers than their specs alone.

/**
 * @param {object[]} experiments
 * @param {boolean} silent whether nothing else tells them apart
 * @returns {{path: string, values: any[]}[]} a value for each, undefined where there is none
 */
export const provenance = (experiments, silent) => {
  const rows = [
    row("extended_at", experiments, (one) => said(one.extended_at)),
    row("extended_from", experiments, (one) => said(one.extended_from)),
    row("forked_from", experiments, (one) => (one.forked_epoch ? one.forked_from : undefined)),
    row("forked_epoch", experiments, (one) => one.forked_epoch ?? undefined),
    row("device", experiments, (one) => (one.device ? said([...(one.moved_from ?? []), one.device]) : undefined)),
  ].filter(({ path, values }) => differ(path === "device" ? values.filter((value) => value !== undefined) : values));
  const prints = row("fingerprint", experiments, (one) => one.fingerprint.slice(0, 12));
  return rows.length || !silent || !differ(prints.values) ? rows : [prints];
};

const row = (path, experiments, value) => ({ path, values: experiments.map(value) });

const said = (list) => (list?.length ? list.join(", ") : undefined); // a record of an older service has no such list

const differ = (values) => values.some((value) => value !== values[0]);
