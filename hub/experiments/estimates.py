"""Estimates of training time, from the times of similar earlier experiments."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gradus.resolved import ResolvedSpec
from gradus.spec.dataset import Dataset
from gradus.status import Status
from hub.experiments.mapping import data_of
from hub.tables import ExperimentRow

MAX_EARLIER = 200
"""Limit on the earlier experiments per data set; the newest are used."""

Kind = tuple[str, int, int, object, str]
"""What determines the time per epoch: data set, training examples, parameters, batch size, kind of optimizer."""


def rates(session: Session, workspace_id: str, datasets: Iterable[str]) -> Mapping[Kind, float]:
    """Seconds per epoch of one experiment, by kind."""
    found: dict[Kind, float] = {}
    for dataset in sorted(set(datasets)):
        found |= _rates(session, workspace_id, dataset)
    return found


def seconds(rates: Mapping[Kind, float], experiments: Sequence[ResolvedSpec], slots: int) -> float | None:
    """Estimated time for all experiments on this many slots, each of which trains one array at a time. None if the rate
    of any experiment is unknown.

    The time of an array's epoch is divided equally among its members, so the estimate includes the time that arrays
    save, provided that the earlier runs were trained in arrays, too.
    """
    costs = [(rates.get(_kind(experiment)), experiment.spec.epochs) for experiment in experiments]
    if any(rate is None for rate, _ in costs):
        return None
    return sum(rate * epochs for rate, epochs in costs if rate is not None) / max(1, slots)


def _rates(session: Session, workspace_id: str, dataset: str) -> Mapping[Kind, float]:
    row = ExperimentRow
    trained = (row.epoch - func.coalesce(row.forked_epoch, 0)).label("trained")
    mine = (row.workspace_id == workspace_id, row.dataset == dataset, row.status == Status.SUCCEEDED, trained > 0)
    columns = (row.job_id, row.spec, row.data, row.parameters, row.seconds, trained)
    rows = session.execute(select(*columns).where(*mine).order_by(row.id.desc()).limit(MAX_EARLIER)).all()
    if not rows:
        return {}
    jobs = {earlier.job_id for earlier in rows}
    job_sizes = select(row.job_id, func.count().label("members")).where(row.job_id.in_(jobs)).group_by(row.job_id)
    members = {job.job_id: job.members for job in session.execute(job_sizes)}
    found: defaultdict[Kind, list[float]] = defaultdict(list)
    for earlier in rows:
        spec = json.loads(earlier.spec)
        examples = data_of(earlier.data, Dataset(**spec["dataset"])).train_examples
        kind = (dataset, examples, earlier.parameters, spec["batch_size"], spec["optimizer"]["kind"])
        found[kind].append(earlier.seconds / earlier.trained / members[earlier.job_id])
    return {kind: fmean(rates) for kind, rates in found.items()}


def _kind(resolved: ResolvedSpec) -> Kind:
    spec = resolved.spec
    return (
        spec.dataset.name,
        resolved.data.train_examples,
        resolved.network.parameters,
        spec.batch_size,
        spec.optimizer.kind,
    )
