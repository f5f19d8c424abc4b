"""Which waiting job starts next: by priority, then in turns between workspaces, then the oldest."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from sqlalchemy import update

from gradus.spec.experiment import Spec
from gradus.status import Status
from hub.access import workspaces
from hub.database.database import now
from hub.experiments import experiments
from hub.experiments.experiments import Origin
from hub.hub import Hub
from hub.ids import new_id
from hub.jobs import claims, queue_places, runs
from hub.tables import ExperimentRow, JobRow
from tests.built_in import prepared

SPEC = Spec(dataset="wine", layers=[3])


def queue(hub: Hub, workspace: str, priorities: Sequence[int], **changes: object) -> list[ExperimentRow]:
    """Put experiments into the queue, each as a separate job."""
    ready = {one: prepared(SPEC.model_copy(update={"priority": one, **changes})) for one in set(priorities)}
    new = [(ready[one], Origin(new_id("exp"))) for one in priorities]
    with hub.write() as session:
        at = now(session)
        workspaces.ensure(session, workspace, at)
        return experiments.add_all(session, workspace, new, [[i] for i in range(len(new))], at)


def start(hub: Hub, message: str, most: int | None = None, write: str = "") -> claims.Claim | None:
    """The job that a worker with a CPU starts when it gets a job's message."""
    with hub.write() as session:
        return claims.claim_next(session, message, "worker", "cpu:1", ["auto", "cpu"], most=most, write=write)


def started(hub: Hub, message: str, most: int | None = None) -> str:
    """The experiment that a worker starts when it gets a job's message."""
    claimed = start(hub, message, most)
    assert claimed is not None
    return claimed.members[0].id


def ids(rows: Sequence[ExperimentRow]) -> list[str]:
    return [row.id for row in rows]


def test_a_sweep_of_a_thousand_does_not_keep_the_run_of_another_waiting(hub: Hub) -> None:
    ours = queue(hub, "ours", [0] * 1000)
    assert started(hub, ours[0].job_id) == ours[0].id
    (theirs,) = queue(hub, "theirs", [0])
    with hub.read() as session:
        places = {**queue_places.of(session, ids(ours)), **queue_places.of(session, [theirs.id])}
    assert [places[one].position for one in (theirs.id, ours[1].id, ours[-1].id)] == [1, 2, 1000]
    assert ours[0].id not in places, "it trains"
    assert started(hub, ours[1].job_id) == theirs.id
    assert started(hub, theirs.job_id) == ours[1].id, "its message stands for the job that gave way"


def test_workspaces_take_turns_at_one_slot(hub: Hub) -> None:
    ours, theirs = queue(hub, "ours", [0] * 3), queue(hub, "theirs", [0] * 3)
    order = []
    for row in (*ours, *theirs):
        claimed = start(hub, row.job_id)
        assert claimed is not None
        order.append(claimed.members[0].id)
        with hub.write() as session:
            runs.end(session, claimed.lease, order[-1], Status.SUCCEEDED)
    assert order == [id_ for pair in zip(ids(ours), ids(theirs), strict=True) for id_ in pair]
    assert start(hub, ours[0].job_id) is None


def test_priorities_hold_when_workers_are_lost_and_when_they_change(hub: Hub) -> None:
    usual, low, high, late = queue(hub, "ours", [0, -10, 10, 0])
    claimed = start(hub, usual.job_id)
    assert claimed is not None
    assert claimed.members[0].id == high.id
    with hub.write() as session:
        runs.hand_back(session, claimed.lease, "the worker stops")
    assert started(hub, low.job_id) == high.id
    with hub.write() as session:  # the worker is killed
        lost = update(JobRow).where(JobRow.id == high.job_id)
        session.execute(lost.values(lease_until=now(session) - timedelta(seconds=1)))
        row = experiments.lock(session, late.id)
        assert row is not None
        experiments.prioritize(session, row, 1)
    assert started(hub, low.job_id) == late.id
    assert started(hub, high.job_id) == high.id, "it has had its turn"
    assert [started(hub, late.job_id), started(hub, late.job_id)] == [usual.id, low.id]


def test_positions_are_the_order_in_which_jobs_start(hub: Hub) -> None:
    draw = Random(0)
    names = ("a", "b", "c")
    rows = [row for name in names for row in queue(hub, name, [draw.choice((-1, 0, 2)) for _ in range(8)])]
    messages = [row.job_id for row in rows]
    for _ in range(4):
        start(hub, messages.pop())
    rows += queue(hub, "d", [0] * 6)
    with hub.read() as session:
        places = {
            id_: place.position
            for name in (*names, "d")
            for id_, place in queue_places.of(session, [row.id for row in rows if row.workspace_id == name]).items()
        }
    assert sorted(places.values()) == list(range(1, 27))
    order = [started(hub, rows[0].job_id) for _ in places]
    assert order == sorted(places, key=lambda one: places[one])


def test_a_message_starts_a_job_of_the_same_kind_of_device(hub: Hub) -> None:
    (any_device,) = queue(hub, "ours", [10])
    (cpu,) = queue(hub, "ours", [0], device="cpu")
    assert started(hub, cpu.job_id) == cpu.id
    with hub.write() as session:
        experiments.remove(session, session.get_one(ExperimentRow, cpu.id))
    assert started(hub, cpu.job_id) == any_device.id, "a message without a job stands for any that waits"


def test_a_full_workspace_is_passed_over(hub: Hub) -> None:
    ours, theirs = queue(hub, "ours", [5] * 3), queue(hub, "theirs", [0])
    assert [started(hub, ours[i].job_id, most=2) for i in range(3)] == [*ids(ours[:2]), theirs[0].id]
    assert start(hub, theirs[0].job_id, most=2) is None


def test_a_start_that_is_repeated_is_the_same_start(hub: Hub) -> None:
    first, _ = queue(hub, "ours", [0, 0])
    once, again = (start(hub, first.job_id, write="wrt_1") for _ in range(2))
    assert once is not None
    assert again == once
