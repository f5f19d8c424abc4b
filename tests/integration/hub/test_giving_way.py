"""When a run gives its slot to another, and which run starts then."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from gradus.status import Status
from hub.database.database import now
from hub.hub import Hub
from hub.jobs import claims, giving_way, queue_places, runs, turns, workers
from hub.jobs.checkpoint_ref import CheckpointRef, key_of
from hub.jobs.giving_way import Slot
from hub.jobs.leases import Lease
from hub.tables import ExperimentRow, JobRow
from tests.integration.hub.test_turns import ids, queue, start, started
from tests.integration.hub.work import a_worker

SLOT = Slot(["auto", "cpu"])
OVER = -1.0
"""The length of a turn, in seconds, that is over as soon as it begins."""


def begin(hub: Hub, row: ExperimentRow, seconds: float = OVER) -> claims.Claim:
    """Start the next job, which must be that of this experiment."""
    claimed = start(hub, row.job_id)
    assert claimed is not None
    assert claimed.members[0].id == row.id
    with hub.write() as session:
        turns.begin(session, row.job_id, seconds)
    return claimed


def is_due(hub: Hub, row: ExperimentRow, slot: Slot = SLOT) -> bool:
    with hub.read() as session:
        return giving_way.is_due(session, Lease(row.job_id, "worker", 0), slot)


def give_way(hub: Hub, claimed: claims.Claim) -> None:
    """Let the run give its slot to another one. It stops without a checkpoint."""
    with hub.write() as session:
        giving_way.begin(session, claimed.lease)
    with hub.write() as session:
        runs.release_experiment(session, claimed.lease, claimed.members[0].id, None, "others wait")


def has_worker(hub: Hub, slots: int) -> None:
    with hub.write() as session:
        workers.register(session, a_worker("worker", slots=slots))


class Case(NamedTuple):
    ours: Sequence[int]
    """Priorities of our jobs. The first job trains."""
    theirs: Sequence[int]
    trains: bool
    """Whether a job of the other workspace trains as well."""
    due: bool


CASES = {
    "nobody waits": Case([0], [], trains=False, due=False),
    "another workspace waits that trains nothing": Case([0], [0], trains=False, due=True),
    "another waits whose own run has the other slot": Case([0], [0, 0], trains=True, due=False),
    "the workspace itself has another": Case([0, 0], [], trains=False, due=True),
    "the other is less urgent": Case([1, 0], [0], trains=False, due=False),
    "the other is more urgent": Case([0, 0], [5], trains=False, due=True),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_run_gives_way_only_to_what_would_start_then(hub: Hub, case: Case) -> None:
    ours = queue(hub, "ours", case.ours)
    claimed = begin(hub, ours[0])
    theirs = queue(hub, "theirs", case.theirs) if case.theirs else []
    if case.trains:
        begin(hub, theirs[0], 100)
    assert is_due(hub, ours[0]) is case.due
    with hub.write() as session:
        turns.begin(session, ours[0].job_id, 100)
    assert not is_due(hub, ours[0]), "its turn is not over"
    if case.due:
        give_way(hub, claimed)
        assert started(hub, ours[0].job_id) != ours[0].id


def test_two_long_runs_and_short_ones_share_one_slot(hub: Hub) -> None:
    one, two, short = queue(hub, "ours", [0] * 3)
    order, left = [], {short.id: 1, one.id: 3, two.id: 2}
    while left:
        claimed = start(hub, one.job_id)
        assert claimed is not None
        (member,) = claimed.members
        order.append(member.id)
        left[member.id] -= 1
        if left[member.id]:
            give_way(hub, claimed)
            continue
        del left[member.id]
        with hub.write() as session:
            runs.end(session, claimed.lease, member.id, Status.SUCCEEDED)
        if member.id == short.id:
            (late,) = queue(hub, "ours", [0])
            left[late.id] = 1
    assert order == ids([one, two, short, one, two, late, one])


def test_only_as_many_give_way_as_wait(hub: Hub) -> None:
    mine = queue(hub, "mine", [0, 0])
    first, _ = (begin(hub, row) for row in mine)
    queue(hub, "theirs", [0])
    assert [is_due(hub, row) for row in mine] == [True, True]
    with hub.write() as session:
        giving_way.begin(session, first.lease)
    assert [is_due(hub, row) for row in mine] == [False, False]


def test_a_free_slot_or_a_full_workspace_needs_nobody_to_give_way(hub: Hub) -> None:
    (mine,), (theirs,) = queue(hub, "mine", [0]), queue(hub, "theirs", [0])
    begin(hub, mine)
    begin(hub, theirs, 100)
    queue(hub, "theirs", [5])
    assert [is_due(hub, mine, Slot(SLOT.kinds, most)) for most in (None, 2, 1)] == [True, True, False]
    has_worker(hub, slots=3)
    assert not is_due(hub, mine)


def test_a_run_gives_way_to_one_whose_worker_was_lost(hub: Hub) -> None:
    mine = queue(hub, "mine", [0, 0])
    for row in mine:
        begin(hub, row)
    has_worker(hub, slots=1)
    assert not is_due(hub, mine[0])
    with hub.write() as session:
        session.get_one(JobRow, mine[1].job_id).lease_until = datetime(2000, 1, 1, tzinfo=UTC)
    assert is_due(hub, mine[0])


def test_what_is_killed_while_it_gives_way_continues(hub: Hub) -> None:
    (mine,) = queue(hub, "mine", [0])
    claimed = begin(hub, mine)
    (theirs,) = queue(hub, "theirs", [0])
    saved = CheckpointRef(key=key_of(mine.id, 2, 0, 5), digest="0" * 64, size=1, epoch=0, step=5, whole=False)
    with hub.write() as session:
        giving_way.begin(session, claimed.lease)
        session.get_one(JobRow, mine.job_id).lease_until = datetime(2000, 1, 1, tzinfo=UTC)
    again = start(hub, mine.job_id)
    assert again is not None
    assert again.members[0].id == mine.id, "it has had its turn"
    with hub.write() as session:
        turns.begin(session, mine.job_id, OVER)
    assert is_due(hub, mine), "it may give way again"
    with hub.write() as session:
        giving_way.begin(session, again.lease)
    with hub.write() as session:
        runs.release_experiment(session, again.lease, mine.id, None, "others wait")
    with hub.write() as session:
        runs.record_late(session, again.lease, mine.id, saved)
    assert started(hub, mine.job_id) == theirs.id
    last = start(hub, theirs.job_id)
    assert last is not None
    assert [one.key for one in last.members[0].checkpoints] == [saved.key]


def test_a_job_starts_at_the_latest_when_turns_are_over(hub: Hub) -> None:
    mine = queue(hub, "mine", [0, 0])
    for row, seconds in zip(mine, (50, 500), strict=True):
        begin(hub, row, seconds)
    theirs = queue(hub, "theirs", [0] * 3)
    has_worker(hub, slots=2)
    with hub.read() as session:
        places = queue_places.of(session, ids(theirs))
        ends = [session.get_one(JobRow, row.job_id).turn_until for row in mine]
        at = now(session)
    starts = [places[row.id].estimated_start for row in theirs]
    assert starts == [end and max(at, end).replace(microsecond=0) for end in ends] + [None]
