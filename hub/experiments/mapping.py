"""Conversion between table rows and wire types."""

import json
from typing import Any

from sqlalchemy import ColumnElement, inspect

from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import METADATA_FIELDS, Spec
from gradus.status import Status
from gradus.summary import listed_facts
from gradus.wire.experiment import ExperimentRecord, Failure, Progress
from gradus.wire.metrics import MetricsRow
from hub.tables import ExperimentRow, MetricRow

METRIC_COLUMNS: tuple[ColumnElement[Any], ...] = tuple(
    inspect(MetricRow).columns[name] for name in MetricsRow.model_fields
)
"""The columns of a metrics row, in the order of the wire type."""


def stored_spec(resolved: ResolvedSpec) -> str:
    """The spec as stored in the database, without the name, tags and notes, which can be changed later."""
    return json.dumps({key: value for key, value in resolved.document.items() if key not in METADATA_FIELDS})


def spec_of(row: ExperimentRow) -> Spec:
    """The complete resolved spec."""
    changeable = {"name": row.name, "tags": json.loads(row.tags), "notes": row.notes}
    return Spec(**changeable, **json.loads(row.spec))


def record(row: ExperimentRow, spec: Spec | None = None) -> ExperimentRecord:
    """The experiment as clients see it. Pass the resolved spec if it is known: reading it from the row takes time."""
    spec = spec or spec_of(row)
    return ExperimentRecord(
        id=row.id,
        name=row.name,
        tags=spec.tags,
        notes=row.notes,
        status=Status(row.status),
        spec=spec,
        fingerprint=row.fingerprint,
        parameters=row.parameters,
        **listed_facts(spec),
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
