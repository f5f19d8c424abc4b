"""Conversion between table rows and wire types."""

import json
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, inspect

from gradus.dataset_plan import DatasetPlan
from gradus.datasets import DATASETS
from gradus.resolution import built_in
from gradus.resolved import ResolvedSpec
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import METADATA_FIELDS, Spec
from gradus.spec.loss import AutoLoss, resolve_loss
from gradus.status import Status
from gradus.summary import listed_facts
from gradus.wire.experiment import ExperimentRecord, Failure, Progress
from gradus.wire.finding import Finding
from gradus.wire.metrics import MetricsRow
from hub.tables import ExperimentRow, MetricRow
from insight.root_cause import root_cause_first

CACHED_PLANS = 256
"""Limit on cached shapes of data, which many experiments share."""

METRIC_COLUMNS: tuple[ColumnElement[Any], ...] = tuple(
    inspect(MetricRow).columns[name] for name in MetricsRow.model_fields
)
"""The columns of a metrics row, in the order of the wire type."""


def stored_spec(resolved: ResolvedSpec) -> str:
    """The spec as stored in the database, without the fields that can be changed later."""
    return json.dumps({key: value for key, value in resolved.document.items() if key not in METADATA_FIELDS})


def stored_data(resolved: ResolvedSpec) -> str:
    """The shape of the data as stored in the database."""
    return resolved.data.model_dump_json(exclude_defaults=True)


def data_of(data: str | None, dataset: Dataset) -> DatasetPlan:
    """The shape of the data, from a row's `data` and the data set of its spec. A row of an older version has no `data`:
    its data set is a built-in one."""
    return built_in.plan(dataset, DATASETS[dataset.name]) if data is None else _plan(data)


@lru_cache(maxsize=CACHED_PLANS)
def _plan(data: str) -> DatasetPlan:
    return DatasetPlan.model_validate_json(data)


def resolved_of(row: ExperimentRow) -> ResolvedSpec:
    """The complete resolved spec with the shape of its data."""
    spec = spec_of(row)
    return ResolvedSpec(spec, data_of(row.data, spec.dataset))


def spec_of(row: ExperimentRow) -> Spec:
    """The complete resolved spec."""
    changeable = {"name": row.name, "tags": json.loads(row.tags), "notes": row.notes, "priority": row.priority}
    spec = Spec(**changeable, **json.loads(row.spec))
    if isinstance(spec.loss, AutoLoss):  # stored by a version that had no choice
        loss = resolve_loss(spec.loss, data_of(row.data, spec.dataset).task)
        return spec.model_copy(update={"loss": loss})
    return spec


def digest_of(row: ExperimentRow) -> str | None:
    """The digest of the experiment's data set; None for a built-in one."""
    digest: str | None = json.loads(row.spec)["dataset"].get("digest") if '"sha256:' in row.spec else None
    return digest


def stored_findings(row: ExperimentRow) -> tuple[Finding, ...]:
    """What was found about the experiment, the root cause first."""
    found = () if row.findings is None else tuple(Finding.model_validate(one) for one in json.loads(row.findings))
    return root_cause_first(found)


def record(row: ExperimentRow, spec: Spec | None = None) -> ExperimentRecord:
    """The experiment as clients see it. Pass the resolved spec if it is known: reading it from the row takes time."""
    spec = spec or spec_of(row)
    return ExperimentRecord(
        id=row.id,
        name=row.name,
        tags=spec.tags,
        notes=row.notes,
        priority=row.priority,
        status=Status(row.status),
        spec=spec,
        fingerprint=row.fingerprint,
        parameters=row.parameters,
        **listed_facts(spec, data_of(row.data, spec.dataset)),
        sweep_id=row.sweep_id,
        forked_from=row.forked_from,
        forked_epoch=row.forked_epoch,
        extended_at=_listed(row.extended_at),
        extended_from=_listed(row.extended_from),
        progress=Progress(epoch=row.epoch, epochs=row.epochs, eta_seconds=_eta(row)),
        latest=row.latest and MetricsRow.model_validate_json(row.latest),
        best=row.best and MetricsRow.model_validate_json(row.best),
        error=row.error and Failure.model_validate_json(row.error),
        attempts=row.attempts,
        peak_memory_bytes=row.peak_memory_bytes,
        device=row.device,
        moved_from=_listed(row.moved_from),
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        last_event=row.events,
        events_pruned=row.events_pruned,
    )


def _listed(text: str) -> tuple[Any, ...]:
    """Parse a JSON list. Most lists are empty, which is fast."""
    return () if text == "[]" else tuple(json.loads(text))


def _eta(row: ExperimentRow) -> float | None:
    """Remaining epochs times the mean time per epoch so far."""
    trained = row.epoch - (row.forked_epoch or 0)
    if row.status != Status.RUNNING or not trained:
        return None
    return round(row.seconds / trained * (row.epochs - row.epoch), 3)
