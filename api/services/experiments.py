"""Read, list, change and delete experiments."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.http import cursors
from api.services.lookup import EXPERIMENTS
from gradus.errors import Conflict, PreconditionFailed
from gradus.status import EventKind, Status
from gradus.wire.experiment import ExperimentPage, ExperimentPatch, ExperimentRecord
from hub.database.database import now
from hub.experiments import events, experiments, lists
from hub.experiments.details import detailed
from hub.experiments.events import Event
from hub.experiments.lists import Filter
from hub.experiments.mapping import record
from hub.hub import Hub
from hub.jobs import device_demand
from hub.tables import ExperimentRow


@dataclass(frozen=True)
class VersionedRecord:
    """An experiment's record, and the version that it shows."""

    record: ExperimentRecord
    version: int


def get(hub: Hub, workspace_id: str, experiment_id: str) -> VersionedRecord:
    """The experiment as it is now.

    Raises:
        NotFound: the workspace has no experiment with this id.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        return VersionedRecord(detailed(session, row), row.version)


def over(hub: Hub, workspace_id: str, experiment_id: str) -> bool:
    """Whether the experiment has ended.

    Raises:
        NotFound: the workspace has no experiment with this id.
    """
    with hub.read() as session:
        return Status(EXPERIMENTS.found(session, workspace_id, experiment_id).status).final


def page(
    hub: Hub, workspace_id: str, shown: Filter, cursor: str | None, limit: int, *, oldest_first: bool = False
) -> ExperimentPage:
    """A page of experiments, newest or oldest first, starting at the cursor.

    Raises:
        BadRequest: the cursor is invalid.
    """
    last = None if cursor is None else cursors.decode(cursor)
    with hub.read() as session:  # one extra row: is there a next page?
        last_event = events.newest_of_workspace(session, workspace_id)
        rows = lists.page(session, workspace_id, shown, last, limit + 1, oldest_first=oldest_first)
        data = tuple(device_demand.records_of(session, rows[:limit]))
    next_cursor = cursors.encode(data[-1].id) if len(rows) > limit else None
    return ExperimentPage(data=data, next_cursor=next_cursor, last_event=last_event)


def patch(
    hub: Hub, workspace_id: str, experiment_id: str, changes: ExperimentPatch, allowed: Callable[[int], bool]
) -> VersionedRecord:
    """Change an experiment's name, tags, notes or priority, if `allowed` accepts its version.

    Raises:
        NotFound: the workspace has no experiment with this id.
        PreconditionFailed: the experiment has another version.
    """
    with hub.write() as session:
        row = EXPERIMENTS.locked(session, workspace_id, experiment_id)
        if not allowed(row.version):
            raise PreconditionFailed(
                f"experiment {row.id} has changed in the meantime: its version is now {row.version}"
            )
        experiments.rename(session, row, changes.name, changes.tags, changes.notes)
        if changes.priority is not None:
            experiments.prioritize(session, row, changes.priority)
        _log_state(session, row)
        return VersionedRecord(detailed(session, row), row.version)


def remove(hub: Hub, workspace_id: str, experiment_id: str) -> None:
    """Delete an experiment with its metrics and events.

    Raises:
        NotFound: the workspace has no experiment with this id.
        Conflict: the experiment is running.
    """
    with hub.write() as session:
        row = EXPERIMENTS.locked(session, workspace_id, experiment_id)
        if row.status == Status.RUNNING:
            raise Conflict(f"experiment {row.id} is running: cancel it first", code="running")
        experiments.remove(session, row)


def _log_state(session: Session, row: ExperimentRow) -> None:
    """Append the experiment's state to its log. If the experiment has ended, `end` is appended again, to stay last."""
    current, at = record(row), now(session)
    kinds = (EventKind.STATUS, EventKind.END) if current.status.final else (EventKind.STATUS,)
    row.log_closed_at = at if current.status.final else None
    events.append(session, [Event(row.id, kind, current) for kind in kinds], at)
    session.refresh(row)  # writing events increments the version
