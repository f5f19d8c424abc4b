"""Experiments: read, list, change, remove, cancel."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api import cursors
from api.identity import is_experiment_id
from gradus.errors import Conflict, NotFound, PreconditionFailed
from gradus.status import Status
from gradus.wire.experiment import ExperimentPage, ExperimentPatch, ExperimentRecord
from hub import control, experiments
from hub.experiments import Filter
from hub.hub import Hub
from hub.records import record
from hub.tables import ExperimentRow


@dataclass(frozen=True)
class Seen:
    """An experiment, and which of its versions."""

    record: ExperimentRecord
    version: int


def get(hub: Hub, workspace_id: str, experiment_id: str) -> Seen:
    """The experiment as it is now.

    Raises:
        NotFound: the workspace has none of this id.
    """
    with hub.read() as session:
        row = found(session, workspace_id, experiment_id)
        return Seen(record(row), row.version)


def page(hub: Hub, workspace_id: str, shown: Filter, cursor: str | None, limit: int) -> ExperimentPage:
    """Experiments newest first, from where the cursor says.

    Raises:
        BadRequest: the cursor is none of ours.
    """
    before = None if cursor is None else cursors.decode(cursor)
    with hub.read() as session:
        rows = experiments.page(
            session, workspace_id, shown, before, limit + 1
        )  # one more tells whether there is a next page
        data = tuple(map(record, rows[:limit]))
    return ExperimentPage(data=data, next_cursor=cursors.encode(data[-1].id) if len(rows) > limit else None)


def patch(
    hub: Hub, workspace_id: str, experiment_id: str, changes: ExperimentPatch, allowed: Callable[[int], bool]
) -> Seen:
    """Change the fields for people, if its version is one that may be changed.

    Raises:
        NotFound: the workspace has none of this id.
        PreconditionFailed: it has another version.
    """
    with hub.write() as session:
        row = locked(session, workspace_id, experiment_id)
        if not allowed(row.version):
            raise PreconditionFailed(f"experiment {row.id} has changed since; its version is now {row.version}")
        experiments.rename(session, row, changes.name, changes.tags, changes.notes)
        return Seen(record(row), row.version)


def remove(hub: Hub, workspace_id: str, experiment_id: str) -> None:
    """Delete it with its metrics and events.

    Raises:
        NotFound: the workspace has none of this id.
        Conflict: it is running.
    """
    with hub.write() as session:
        row = locked(session, workspace_id, experiment_id)
        if row.status == Status.RUNNING:
            raise Conflict(f"experiment {row.id} is running: cancel it first", code="running")
        experiments.remove(session, row)


def cancel(hub: Hub, workspace_id: str, experiment_id: str) -> Seen:
    """End it, at once or as soon as its worker hears of it.

    Raises:
        NotFound: the workspace has none of this id.
        Conflict: it is over already, in another way.
    """
    with hub.write() as session:
        row = locked(session, workspace_id, experiment_id)
        control.cancel(session, row)
        session.refresh(row)  # writing events moves the version on
        return Seen(record(row), row.version)


def found(session: Session, workspace_id: str, experiment_id: str) -> ExperimentRow:
    """Its row.

    Raises:
        NotFound: the workspace has none of this id.
    """
    row = experiments.get_of(session, workspace_id, experiment_id) if is_experiment_id(experiment_id) else None
    return _known(row, experiment_id)


def locked(session: Session, workspace_id: str, experiment_id: str) -> ExperimentRow:
    """Its row, kept from change by others until the transaction ends.

    Raises:
        NotFound: the workspace has none of this id.
    """
    row = experiments.lock_of(session, workspace_id, experiment_id) if is_experiment_id(experiment_id) else None
    return _known(row, experiment_id)


def _known(row: ExperimentRow | None, experiment_id: str) -> ExperimentRow:
    if row is None:
        raise NotFound(f"no experiment {experiment_id[:100]}")
    return row
