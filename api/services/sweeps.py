"""Sweeps: preview, create, read, list, and what is done to all of one's experiments."""

import hashlib
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api import cursors
from api.documents import invalid
from api.identity import is_sweep_id
from gradus.array import arrays
from gradus.errors import Conflict, InvalidSpec, NotFound
from gradus.spec.network import plan
from gradus.sweep.expand import Expansion, Member, expand
from gradus.sweep.extension import extended
from gradus.sweep.request import SweepExtension, SweepRequest
from gradus.wire.problem import Mistake
from gradus.wire.sweep import PlannedMember, SweepDryRun, SweepPage, SweepRecord
from hub import estimates, idempotency, quotas, sweep_control, sweeps, workers
from hub.database import now
from hub.hub import Hub
from hub.quotas import Quotas
from hub.sweep_results import record, summary
from hub.sweeps import Promise
from hub.tables import SweepRow


@dataclass(frozen=True)
class Creation:
    """What came of a request to create a sweep."""

    id: str
    answer: str
    """The sweep as it was when it was created, JSON."""
    replayed: bool
    """Whether an earlier request with the same key created it."""


def preview(hub: Hub, workspace_id: str, request: SweepRequest) -> SweepDryRun:
    """What it would come to; nothing is stored.

    Raises:
        InvalidSpec: some of its experiments are no valid ones, or over a quota.
    """
    expansion = _expanded(request, hub.settings.quotas)
    experiments = [member.experiment for member in expansion.members]
    with hub.read() as session:
        slots = workers.slots(session)
        planned = arrays(experiments, slots, hub.settings.quotas.running)
        seconds = estimates.seconds(session, workspace_id, experiments, min(slots, len(planned)))
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


def create(hub: Hub, workspace_id: str, request: SweepRequest, key: str | None) -> Creation:
    """Store it with its experiments and tell the workers; under a key that was used before, find what was made then.

    Raises:
        InvalidSpec: some of its experiments are no valid ones, or over a quota.
        TooManyRequests: too many wait.
        Conflict: the key was used for something else.
    """
    expansion = _expanded(request, hub.settings.quotas)
    if key is None:
        with hub.write() as session:
            return _create(session, hub, workspace_id, expansion, None)
    promise = Promise(key, hashlib.sha256(request.model_dump_json().encode()).hexdigest())
    with hub.write() as session:
        first = idempotency.claim_for_sweep(session, workspace_id, key)
        if first is None:
            return _create(session, hub, workspace_id, expansion, promise)
        if first.body != promise.body:
            raise Conflict(
                f"the Idempotency-Key was used for another sweep, {first.id}: take a new key",
                code="idempotency_conflict",
            )
        assert first.answer is not None
        return Creation(first.id, first.answer, replayed=True)


def get(hub: Hub, workspace_id: str, sweep_id: str) -> SweepRecord:
    """The sweep as it is now.

    Raises:
        NotFound: there is none of this id.
    """
    with hub.read() as session:
        row = sweeps.get_of(session, workspace_id, sweep_id) if is_sweep_id(sweep_id) else None
        return record(session, _known(row, sweep_id))


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
        row = _locked(session, workspace_id, sweep_id)
        sweep_control.cancel(session, row, now(session))
        return record(session, row)


def retry(hub: Hub, workspace_id: str, sweep_id: str) -> SweepRecord:
    """Train again what failed.

    Raises:
        NotFound: there is none of this id.
        TooManyRequests: too many wait.
    """
    with hub.write() as session:
        row = _locked(session, workspace_id, sweep_id)
        sweep_control.retry(session, row, workers.slots(session), hub.settings.quotas, now(session))
        return record(session, row)


def extend(hub: Hub, workspace_id: str, sweep_id: str, more: SweepExtension) -> SweepRecord:
    """Add seeds, values, draws or variants, and train what is new.

    Raises:
        NotFound: there is none of this id.
        InvalidSpec: that does not fit the sweep, makes invalid experiments, or some over a quota.
        TooManyRequests: too many wait.
    """
    with hub.write() as session:
        row = _locked(session, workspace_id, sweep_id)
        try:
            expansion, new = extended(SweepRequest.model_validate_json(row.request), more)
        except InvalidSpec as error:
            raise invalid(*error.errors) from None
        _refuse_giants(new, hub.settings.quotas)
        sweeps.describe(row, expansion)
        session.flush()
        _queue(session, hub, row, new)
        return record(session, row)


def _expanded(request: SweepRequest, limits: Quotas) -> Expansion:
    try:
        expansion = expand(request)
    except InvalidSpec as error:
        raise invalid(*error.errors) from None
    _refuse_giants(expansion.members, limits)
    return expansion


def _refuse_giants(members: tuple[Member, ...], limits: Quotas) -> None:
    first = {member.label: member for member in reversed(members)}  # seeds make no difference
    over = [
        Mistake(path=f"base/{mistake.path}", message=f"{mistake.message} (in '{label}')")
        for label, member in reversed(first.items())
        for mistake in quotas.mistakes(member.experiment, limits)
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


def _create(session: Session, hub: Hub, workspace_id: str, expansion: Expansion, promise: Promise | None) -> Creation:
    row = sweeps.add(session, workspace_id, expansion, now(session), promise)
    _queue(session, hub, row, expansion.members)
    answer = record(session, row).model_dump_json()
    if promise is not None:
        row.answer = answer
    return Creation(row.id, answer, replayed=False)


def _queue(session: Session, hub: Hub, row: SweepRow, members: tuple[Member, ...]) -> None:
    if members:
        quotas.refuse_if_full(session, row.workspace_id, len(members), hub.settings.quotas)
        slots, most = workers.slots(session), hub.settings.quotas.running
        sweeps.add_members(session, row, members, slots, most, now(session))


def _locked(session: Session, workspace_id: str, sweep_id: str) -> SweepRow:
    row = sweeps.lock_of(session, workspace_id, sweep_id) if is_sweep_id(sweep_id) else None
    return _known(row, sweep_id)


def _known(row: SweepRow | None, sweep_id: str) -> SweepRow:
    if row is None:
        raise NotFound(f"no sweep {sweep_id[:100]}")
    return row
