"""Sweeps: preview, create, read, list, and the operations on all experiments of a sweep."""

from contextlib import suppress

from sqlalchemy.orm import Session

from api.http import cursors
from api.ids import is_sweep_id
from api.services import sweep_members
from api.services.idempotency import Execute, Outcome, earlier, once
from api.services.lookup import SWEEPS
from gradus.array import arrays
from gradus.sweep.expand import Expansion
from gradus.sweep.limits import Check, nothing_to_check
from gradus.sweep.request import SweepExtension, SweepRequest
from gradus.wire.sweep import PlannedMember, SweepDryRun, SweepPage, SweepRecord
from hub import idempotency
from hub.database.database import now
from hub.experiments import estimates, events
from hub.hub import Hub
from hub.jobs import workers
from hub.sweeps import control, sweeps
from hub.sweeps.results import record, summary
from hub.tables import SweepRow


def preview(hub: Hub, workspace_id: str, request: SweepRequest, check: Check = nothing_to_check) -> SweepDryRun:
    """The planned experiments of a sweep and their estimated time, without storing them.

    Raises:
        InvalidSpec: an experiment of the sweep is invalid or exceeds a quota.
    """
    expansion = sweep_members.expanded(hub, workspace_id, request, check)
    resolved = [member.resolved for member in expansion.members]
    with hub.read() as session:
        room = workers.room(session)
        rates = estimates.rates(session, workspace_id, (one.spec.dataset.name for one in resolved))
    planned = arrays(resolved, room, hub.settings.quotas.running)
    seconds = estimates.seconds(rates, resolved, min(room.slots, len(planned)))
    members = _planned(expansion)
    return SweepDryRun(
        request=expansion.request,
        base_label=expansion.base_label,
        count=len(members),
        members=members,
        arrays=tuple(map(len, planned)),
        parameters=sum(member.parameters for member in members),
        seconds=seconds,
    )


def create(
    hub: Hub, workspace_id: str, request: SweepRequest, key: str | None, check: Check = nothing_to_check
) -> Outcome:
    """Store and queue a sweep. With an idempotency key that was used before, return what was created then.

    Raises:
        InvalidSpec: an experiment of the sweep is invalid or exceeds a quota.
        TooManyRequests: too many experiments are queued.
        Conflict: the key was used for another request.
    """
    repeatable = idempotency.repeatable(workspace_id, key, request.model_dump_json())
    if replayed := earlier(hub, repeatable):  # before the expansion, which takes seconds
        return replayed
    expansion = sweep_members.expanded(hub, workspace_id, request, check)
    new = sweep_members.prepared(hub, expansion.members, check)

    def execute(session: Session) -> Outcome:
        row = sweeps.add(session, workspace_id, expansion, now(session))
        sweep_members.queue(session, hub, row, new)
        return _outcome(session, row)

    return once(hub, repeatable, execute)


def get(hub: Hub, workspace_id: str, sweep_id: str) -> SweepRecord:
    """The sweep as it is now.

    Raises:
        NotFound: the workspace has no sweep with this id.
    """
    with hub.read() as session:
        return record(session, SWEEPS.found(session, workspace_id, sweep_id))


def page(hub: Hub, workspace_id: str, cursor: str | None, limit: int) -> SweepPage:
    """A page of sweeps, newest first, starting at the cursor.

    Raises:
        BadRequest: the cursor is invalid.
    """
    before = None if cursor is None else cursors.decode(cursor, is_sweep_id)
    with hub.read() as session:
        last_event = events.newest_of_workspace(session, workspace_id)
        rows = sweeps.page(session, workspace_id, before, limit + 1)  # one extra row: is there a next page?
        counts = sweeps.counts(session, workspace_id, [row.id for row in rows[:limit]])
    data = tuple(summary(row, counts[row.id]) for row in rows[:limit])
    next_cursor = cursors.encode(data[-1].id) if len(rows) > limit else None
    return SweepPage(data=data, next_cursor=next_cursor, last_event=last_event)


def cancel(hub: Hub, workspace_id: str, sweep_id: str) -> SweepRecord:
    """Cancel all experiments of the sweep that have not ended.

    Raises:
        NotFound: the workspace has no sweep with this id.
        Conflict: all experiments have ended already.
    """
    with hub.write() as session:
        row = SWEEPS.locked(session, workspace_id, sweep_id)
        control.cancel(session, row, now(session))
        return record(session, row)


def remove(hub: Hub, workspace_id: str, sweep_id: str) -> None:
    """Delete the sweep with its experiments, in several transactions. An interrupted deletion can be repeated.

    Raises:
        NotFound: the workspace has no sweep with this id.
        Conflict: an experiment of the sweep is running.
    """
    done = False
    while not done:
        with hub.write() as session:
            done = control.delete_some(session, SWEEPS.locked(session, workspace_id, sweep_id), now(session))


def retry(hub: Hub, workspace_id: str, sweep_id: str, key: str | None) -> Outcome:
    """Train the failed experiments again. A repeat with the same key does not include later failures.

    Raises:
        NotFound: the workspace has no sweep with this id.
        TooManyRequests: too many experiments are queued.
        Conflict: the key was used for another request.
    """

    repeatable = idempotency.repeatable(workspace_id, key, "retry", sweep_id)
    if replayed := earlier(hub, repeatable):
        return replayed
    with hub.read() as session:
        specs = control.failed(session, SWEEPS.found(session, workspace_id, sweep_id))
        room = workers.room(session)
    jobs = control.assign_arrays(specs, room, hub.settings.quotas.running)

    def execute(session: Session) -> Outcome:
        row = SWEEPS.locked(session, workspace_id, sweep_id)
        control.retry(session, row, jobs, hub.settings.quotas, now(session))
        return _outcome(session, row)

    return once(hub, repeatable, execute)


def extend(
    hub: Hub,
    workspace_id: str,
    sweep_id: str,
    more: SweepExtension,
    key: str | None,
    check: Check = nothing_to_check,
) -> Outcome:
    """Add seeds, values, draws or variants to the sweep, and train the new experiments.

    Raises:
        NotFound: the workspace has no sweep with this id.
        InvalidSpec: the extension does not fit the sweep, or a new experiment is invalid or exceeds a quota.
        TooManyRequests: too many experiments are queued.
        Conflict: the key was used for another request.
    """

    repeatable = idempotency.repeatable(workspace_id, key, "extend", sweep_id, more.model_dump_json())
    if replayed := earlier(hub, repeatable):
        return replayed
    while True:
        with hub.read() as session:
            request = SWEEPS.found(session, workspace_id, sweep_id).request
        with suppress(_ChangedMeanwhile):
            return once(hub, repeatable, _extension(hub, workspace_id, sweep_id, request, more, check))


class _ChangedMeanwhile(Exception):
    """Another request has extended the sweep in the meantime."""


def _extension(hub: Hub, workspace_id: str, sweep_id: str, request: str, more: SweepExtension, check: Check) -> Execute:
    """Expand and check the extension, and return the function that stores it in a transaction."""
    expansion, members = sweep_members.extended(hub, workspace_id, request, more, check)
    new = sweep_members.prepared(hub, members, check)

    def execute(session: Session) -> Outcome:
        row = SWEEPS.locked(session, workspace_id, sweep_id)
        if row.request != request:
            raise _ChangedMeanwhile
        sweeps.describe(row, expansion)
        session.flush()
        sweep_members.queue(session, hub, row, new)
        return _outcome(session, row)

    return execute


def _planned(expansion: Expansion) -> tuple[PlannedMember, ...]:
    changes = {change.label: dict(change.changes) for change in expansion.changes}
    return tuple(
        PlannedMember(
            label=member.label,
            seed=member.seed,
            changes=changes[member.label],
            name=member.resolved.spec.name,
            parameters=member.resolved.network.parameters,
        )
        for member in expansion.members
    )


def _outcome(session: Session, row: SweepRow) -> Outcome:
    return Outcome(row.id, record(session, row).model_dump_json())
