"""Sweeps: preview, create, read, list, and what is done to all of one's experiments."""

from contextlib import suppress

from sqlalchemy.orm import Session

from api.http import cursors
from api.http.parsing import invalid
from api.ids import is_sweep_id
from api.services.idempotency import Deed, Outcome, earlier, once
from api.services.lookup import SWEEPS
from gradus.array import arrays
from gradus.errors import InvalidSpec
from gradus.resolved import resolve
from gradus.spec.network import plan
from gradus.sweep.expand import Expansion, Member, expand
from gradus.sweep.extension import extended
from gradus.sweep.labels import quoted
from gradus.sweep.limits import Check, nothing_to_check
from gradus.sweep.request import SweepExtension, SweepRequest
from gradus.wire.problem import Mistake
from gradus.wire.sweep import PlannedMember, SweepDryRun, SweepPage, SweepRecord
from hub import idempotency
from hub.access import quotas
from hub.access.quotas import Quotas
from hub.database.database import now
from hub.experiments import estimates
from hub.hub import Hub
from hub.jobs import workers
from hub.sweeps import control, sweeps
from hub.sweeps.results import record, summary
from hub.sweeps.sweeps import Planned
from hub.tables import SweepRow


def preview(hub: Hub, workspace_id: str, request: SweepRequest, check: Check = nothing_to_check) -> SweepDryRun:
    """What it would come to; nothing is stored.

    Raises:
        InvalidSpec: some of its experiments are no valid ones, or over a quota.
    """
    expansion = _expanded(request, hub.settings.quotas, check)
    experiments = [member.experiment for member in expansion.members]
    with hub.read() as session:
        room = workers.room(session)
        rates = estimates.rates(session, workspace_id, (experiment.dataset.name for experiment in experiments))
    planned = arrays(experiments, room, hub.settings.quotas.running)
    seconds = estimates.seconds(rates, experiments, min(room.slots, len(planned)))
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
    """Store it with its experiments and tell the workers; under a key that was used before, find what was made then.

    Raises:
        InvalidSpec: some of its experiments are no valid ones, or over a quota.
        TooManyRequests: too many wait.
        Conflict: the key was used for something else.
    """
    asked = idempotency.repeatable(workspace_id, key, request.model_dump_json())
    if first := earlier(hub, asked):  # before what takes seconds
        return first
    expansion = _expanded(request, hub.settings.quotas, check)
    new = _ready(hub, expansion.members, check)

    def deed(session: Session) -> Outcome:
        row = sweeps.add(session, workspace_id, expansion, now(session))
        _queue(session, hub, row, new)
        return _outcome(session, row)

    return once(hub, asked, deed)


def get(hub: Hub, workspace_id: str, sweep_id: str) -> SweepRecord:
    """The sweep as it is now.

    Raises:
        NotFound: there is none of this id.
    """
    with hub.read() as session:
        return record(session, SWEEPS.found(session, workspace_id, sweep_id))


def page(hub: Hub, workspace_id: str, cursor: str | None, limit: int) -> SweepPage:
    """Sweeps newest first, from where the cursor says.

    Raises:
        BadRequest: the cursor is none of ours.
    """
    before = None if cursor is None else cursors.decode(cursor, is_sweep_id)
    with hub.read() as session:
        rows = sweeps.page(session, workspace_id, before, limit + 1)  # one more tells whether there is a next page
        counts = sweeps.counts(session, workspace_id, [row.id for row in rows[:limit]])
    data = tuple(summary(row, counts[row.id]) for row in rows[:limit])
    return SweepPage(data=data, next_cursor=cursors.encode(data[-1].id) if len(rows) > limit else None)


def cancel(hub: Hub, workspace_id: str, sweep_id: str) -> SweepRecord:
    """End everything of it that is not over.

    Raises:
        NotFound: there is none of this id.
        Conflict: all of it is over, and nothing was cancelled.
    """
    with hub.write() as session:
        row = SWEEPS.locked(session, workspace_id, sweep_id)
        control.cancel(session, row, now(session))
        return record(session, row)


def remove(hub: Hub, workspace_id: str, sweep_id: str) -> None:
    """Delete it with its experiments, in several transactions. One that is interrupted can be repeated.

    Raises:
        NotFound: there is none of this id.
        Conflict: some of its experiments are running.
    """
    gone = False
    while not gone:
        with hub.write() as session:
            gone = control.delete_some(session, SWEEPS.locked(session, workspace_id, sweep_id))


def retry(hub: Hub, workspace_id: str, sweep_id: str, key: str | None) -> Outcome:
    """Train again what failed; a repeat under the same key does not try what has failed since.

    Raises:
        NotFound: there is none of this id.
        TooManyRequests: too many wait.
        Conflict: the key was used for something else.
    """

    asked = idempotency.repeatable(workspace_id, key, "retry", sweep_id)
    if first := earlier(hub, asked):
        return first
    with hub.read() as session:
        specs = control.failed(session, SWEEPS.found(session, workspace_id, sweep_id))
        room = workers.room(session)
    jobs = control.dealt(specs, room, hub.settings.quotas.running)

    def deed(session: Session) -> Outcome:
        row = SWEEPS.locked(session, workspace_id, sweep_id)
        control.retry(session, row, jobs, hub.settings.quotas, now(session))
        return _outcome(session, row)

    return once(hub, asked, deed)


def extend(
    hub: Hub,
    workspace_id: str,
    sweep_id: str,
    more: SweepExtension,
    key: str | None,
    check: Check = nothing_to_check,
) -> Outcome:
    """Add seeds, values, draws or variants, and train what is new.

    Raises:
        NotFound: there is none of this id.
        InvalidSpec: that does not fit the sweep, makes invalid experiments, or some over a quota.
        TooManyRequests: too many wait.
        Conflict: the key was used for something else.
    """

    asked = idempotency.repeatable(workspace_id, key, "extend", sweep_id, more.model_dump_json())
    if first := earlier(hub, asked):
        return first
    while True:
        with hub.read() as session:
            request = SWEEPS.found(session, workspace_id, sweep_id).request
        with suppress(_Overtaken):
            return once(hub, asked, _extension(hub, workspace_id, sweep_id, request, more, check))


class _Overtaken(Exception):
    """Somebody else has extended the sweep meanwhile."""


def _extension(hub: Hub, workspace_id: str, sweep_id: str, request: str, more: SweepExtension, check: Check) -> Deed:
    """Extend the sweep of this request: made ready here, written down by what this returns."""
    expansion, members = _extended(request, more, check)
    _refuse_giants(members, hub.settings.quotas)
    new = _ready(hub, members, check)

    def deed(session: Session) -> Outcome:
        row = SWEEPS.locked(session, workspace_id, sweep_id)
        if row.request != request:
            raise _Overtaken
        sweeps.describe(row, expansion)
        session.flush()
        _queue(session, hub, row, new)
        return _outcome(session, row)

    return deed


def _extended(request: str, more: SweepExtension, check: Check) -> tuple[Expansion, tuple[Member, ...]]:
    try:
        return extended(SweepRequest.model_validate_json(request), more, check)
    except InvalidSpec as error:
        raise invalid(*error.errors) from None


def _expanded(request: SweepRequest, limits: Quotas, check: Check) -> Expansion:
    try:
        expansion = expand(request, check)
    except InvalidSpec as error:
        raise invalid(*error.errors) from None
    _refuse_giants(expansion.members, limits)
    return expansion


def _refuse_giants(members: tuple[Member, ...], limits: Quotas) -> None:
    first = {member.label: member for member in reversed(members)}  # seeds make no difference
    over = [
        Mistake(path=f"base/{mistake.path}", message=f"{mistake.message} (in {quoted(label)})")
        for label, member in reversed(first.items())
        for mistake in quotas.mistakes(resolve(member.experiment), limits)
    ]
    if over:
        raise invalid(*over)


def _planned(expansion: Expansion) -> tuple[PlannedMember, ...]:
    changes = {change.label: dict(change.changes) for change in expansion.changes}
    return tuple(
        PlannedMember(
            label=member.label,
            seed=member.seed,
            changes=changes[member.label],
            name=member.experiment.name,
            parameters=plan(member.experiment).parameters,
        )
        for member in expansion.members
    )


def _outcome(session: Session, row: SweepRow) -> Outcome:
    return Outcome(row.id, record(session, row).model_dump_json())


def _ready(hub: Hub, members: tuple[Member, ...], check: Check) -> Planned:
    with hub.read() as session:
        room = workers.room(session)
    return sweeps.planned(members, room, hub.settings.quotas.running, check)


def _queue(session: Session, hub: Hub, row: SweepRow, new: Planned) -> None:
    if new.prepared:
        quotas.refuse_if_full(session, row.workspace_id, len(new.prepared), hub.settings.quotas)
        sweeps.add_members(session, row, new, now(session))
