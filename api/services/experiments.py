"""Experiments: read, list, change, remove."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.http import cursors
from api.services.lookup import EXPERIMENTS
from gradus.errors import Conflict, PreconditionFailed
from gradus.status import EventKind, Status
from gradus.wire.experiment import ExperimentPage, ExperimentPatch, ExperimentRecord
from hub.database.database import now
from hub.experiments import events, experiments
from hub.experiments.details import detailed
from hub.experiments.events import Event
from hub.experiments.experiments import Filter
from hub.experiments.mapping import record
from hub.hub import Hub
from hub.jobs import device_demand
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
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        return Seen(detailed(session, row), row.version)


def over(hub: Hub, workspace_id: str, experiment_id: str) -> bool:
    """Whether nothing more will come of it.

    Raises:
        NotFound: the workspace has none of this id.
    """
    return get(hub, workspace_id, experiment_id).record.status.final


def page(
    hub: Hub, workspace_id: str, shown: Filter, cursor: str | None, limit: int, *, oldest_first: bool = False
) -> ExperimentPage:
    """Experiments, newest or oldest first, from where the cursor says.

    Raises:
        BadRequest: the cursor is none of ours.
    """
    last = None if cursor is None else cursors.decode(cursor)
    with hub.read() as session:  # one more tells whether there is a next page
        rows = experiments.page(session, workspace_id, shown, last, limit + 1, oldest_first=oldest_first)
        data = tuple(device_demand.seen(session, rows[:limit]))
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
        row = EXPERIMENTS.locked(session, workspace_id, experiment_id)
        if not allowed(row.version):
            raise PreconditionFailed(f"experiment {row.id} has changed since; its version is now {row.version}")
        experiments.rename(session, row, changes.name, changes.tags, changes.notes)
        _tell(session, row)
        return Seen(detailed(session, row), row.version)


def remove(hub: Hub, workspace_id: str, experiment_id: str) -> None:
    """Delete it with its metrics and events.

    Raises:
        NotFound: the workspace has none of this id.
        Conflict: it is running.
    """
    with hub.write() as session:
        row = EXPERIMENTS.locked(session, workspace_id, experiment_id)
        if row.status == Status.RUNNING:
            raise Conflict(f"experiment {row.id} is running: cancel it first", code="running")
        experiments.remove(session, row)


def _tell(session: Session, row: ExperimentRow) -> None:
    """Write into its log how it is now. The log of one that is over closes anew: `end` stands last."""
    seen, at = record(row), now(session)
    kinds = (EventKind.STATUS, EventKind.END) if seen.status.final else (EventKind.STATUS,)
    row.log_closed_at = at if seen.status.final else None
    events.append(session, [Event(row.id, kind, seen) for kind in kinds], at)
    session.refresh(row)  # writing events moves the version on
