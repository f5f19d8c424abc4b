"""How long experiments will take, by what earlier ones like them took."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gradus.resolved import ResolvedSpec
from gradus.spec.dataset import Dataset
from gradus.status import Status
from hub.tables import ExperimentRow

RECENT = 200
"""Earlier experiments on a data set that are looked at, the newest."""

Kind = tuple[str, int, int, object, str]
"""What decides how long an epoch takes: data set, training examples, parameters, batch size, kind of optimizer."""


def rates(session: Session, workspace_id: str, datasets: Iterable[str]) -> Mapping[Kind, float]:
    """Seconds for an epoch of one experiment, by kind."""
    found: dict[Kind, float] = {}
    for dataset in sorted(set(datasets)):
        found |= _rates(session, workspace_id, dataset)
    return found


def seconds(rates: Mapping[Kind, float], experiments: Sequence[ResolvedSpec], slots: int) -> float | None:
    """Estimate for all of them on so many slots, each of which trains one array at a time; None without runs like
    each of them.

    An array's epoch counts for each of its members in equal parts, so what arrays save is in the estimate as far as
    the earlier runs were arrays, too.
    """
    costs = [(rates.get(_kind(experiment)), experiment.spec.epochs) for experiment in experiments]
    if any(rate is None for rate, _ in costs):
        return None
    return sum(rate * epochs for rate, epochs in costs if rate is not None) / max(1, slots)


def _rates(session: Session, workspace_id: str, dataset: str) -> Mapping[Kind, float]:
    row = ExperimentRow
    trained = (row.epoch - func.coalesce(row.forked_epoch, 0)).label("trained")
    mine = (row.workspace_id == workspace_id, row.dataset == dataset, row.status == Status.SUCCEEDED, trained > 0)
    columns = (row.job_id, row.spec, row.parameters, row.seconds, trained)
    rows = session.execute(select(*columns).where(*mine).order_by(row.id.desc()).limit(RECENT)).all()
    if not rows:
        return {}
    jobs = {one.job_id for one in rows}
    beside = select(row.job_id, func.count().label("members")).where(row.job_id.in_(jobs)).group_by(row.job_id)
    members = {job.job_id: job.members for job in session.execute(beside)}
    found: defaultdict[Kind, list[float]] = defaultdict(list)
    for one in rows:
        spec = json.loads(one.spec)
        examples = Dataset(**spec["dataset"]).train_examples
        kind = (dataset, examples, one.parameters, spec["batch_size"], spec["optimizer"]["kind"])
        found[kind].append(one.seconds / one.trained / members[one.job_id])
    return {kind: fmean(rates) for kind, rates in found.items()}


def _kind(resolved: ResolvedSpec) -> Kind:
    spec, data = resolved.spec, resolved.spec.dataset
    return data.name, data.train_examples, resolved.network.parameters, spec.batch_size, spec.optimizer.kind
