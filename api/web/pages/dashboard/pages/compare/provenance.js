// The origin of runs, as far as it may affect their results in addition to their specs.

/**
 * @param {object[]} experiments
 * @param {boolean} silent whether there are no other differences
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

const said = (list) => (list?.length ? list.join(", ") : undefined); // a record of an older service lacks this list

const differ = (values) => values.some((value) => value !== values[0]);
