"""No frequent query reads a whole table, or sorts rows that an index could give in order.

The statements are those that the functions send; the database itself explains its plan for each.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from gradus.examples import DIGITS
from gradus.status import Status
from hub import idempotency
from hub.access import keys, quotas
from hub.artifacts import pending_deletions
from hub.database.database import now
from hub.datasets import stored_tables
from hub.experiments import estimates, event_pruning, events, experiments, lists, metrics
from hub.experiments.lists import Filter
from hub.hub import Hub
from hub.idempotency import Repeatable
from hub.jobs import checkpoints, leases, reconciler, runs, weights
from hub.jobs.leases import Lease
from hub.sweeps import sweeps
from hub.tables import DEFAULT_WORKSPACE, SweepRow
from tests.integration.hub.work import claim, metrics_row, submit
from tests.integration.plans import overheard, plans, sorts, whole

ID = "exp_01kap3v8n0c2q5w8z1t4y7b0df"
FEW = {"members", "weights"}
"""Statements that sort only the experiments of one job, or the checkpoints of one experiment."""
SWEEP = "swp_01kap3v8n0c2q5w8z1t4y7b0df"
LEASE = Lease("job_01kap3v8n0c2q5w8z1t4y7b0df", "worker", 1)


def _sweep() -> SweepRow:
    return SweepRow(id=SWEEP, workspace_id=DEFAULT_WORKSPACE)


FILTERS = [
    Filter(),
    Filter(statuses=(Status.RUNNING,)),
    Filter(statuses=(Status.FAILED, Status.CANCELLED), tag="lecture"),
    Filter(tag="lecture"),
    Filter(dataset="mnist"),
    Filter(sweep="swp_1"),
    Filter(q="adam"),
    Filter(ids=(ID, "exp_1")),
    Filter(statuses=(Status.FAILED,), dataset="mnist", sweep="swp_1", tag="lecture", q="adam"),
]
QUESTIONS: dict[str, Callable[[Session], object]] = {
    "one": lambda s: experiments.get_of(s, DEFAULT_WORKSPACE, ID),
    "lock": lambda s: experiments.lock(s, ID),
    "members": lambda s: experiments.members(s, LEASE.job_id),
    "count by status": lambda s: lists.count_by_status(s, DEFAULT_WORKSPACE),
    "close a job": lambda s: experiments.close_job(s, LEASE.job_id),
    "history": lambda s: metrics.read(s, ID, after=3),
    "stored table": lambda s: stored_tables.with_digest(s, DEFAULT_WORKSPACE, f"sha256:{'0' * 64}"),
    "losses": lambda s: metrics.losses(s, ID),
    "chosen epochs": lambda s: metrics.read_epochs(s, ID, [1, 5, 9]),
    "one's events": lambda s: events.of_experiment(s, ID, 3, 500),
    "a workspace's events": lambda s: events.of_workspace(s, DEFAULT_WORKSPACE, 3, 500),
    "everybody's events": lambda s: events.of_all(s, 3, 500),
    "newest event": events.newest,
    "checkpoints": lambda s: checkpoints.newest_first(s, ID),
    "weights": lambda s: weights.find_weights(s, DEFAULT_WORKSPACE, ID, "best"),
    "a page of sweeps": lambda s: sweeps.page(s, DEFAULT_WORKSPACE, SWEEP, 50),
    "counts of sweeps": lambda s: sweeps.counts(s, DEFAULT_WORKSPACE, [SWEEP]),
    "outcomes of a sweep": lambda s: sweeps.outcomes(s, _sweep()),
    "members of a sweep": lambda s: sweeps.lock_members(s, _sweep(), Status.FAILED),
    "earlier runs": lambda s: estimates.rates(s, DEFAULT_WORKSPACE, [DIGITS.dataset.name]),
    "a key": lambda s: idempotency.claim(s, Repeatable(DEFAULT_WORKSPACE, "k", "digest")),
    "old answers": lambda s: idempotency.delete_expired(s, now(s)),
    "waiting jobs": lambda s: reconciler._waiting(s, now(s)),
    "abandoned jobs": lambda s: reconciler._abandoned(s, now(s)),
    "a lease": lambda s: leases.take(s, LEASE.job_id, "worker", now(s), timedelta(seconds=15)),
    "removals": lambda s: pending_deletions.due(s, now(s)),
    "old events": lambda s: event_pruning.oldest(s, now(s)),
    "wishes": lambda s: runs.requests(s, LEASE.job_id),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_by_an_index(module_hub: Hub, question: str) -> None:
    with overheard() as said, module_hub.write() as session:
        QUESTIONS[question](session)
        session.rollback()
    found = "\n".join(plans(module_hub, said))
    assert found
    assert whole(found) == []
    assert question in FEW or sorts(found) == []


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("last", [None, ID])
@pytest.mark.parametrize("shown", FILTERS, ids=str)
def test_a_page_is_read_in_the_order_of_an_index(
    module_hub: Hub, shown: Filter, last: str | None, oldest_first: bool
) -> None:
    with overheard() as said, module_hub.read() as session:
        lists.page(session, DEFAULT_WORKSPACE, shown, last, 50, oldest_first=oldest_first)
    found = plans(module_hub, said)
    assert len(found) == max(1, len(shown.statuses))
    assert [line for plan in found for line in whole(plan) + sorts(plan)] == []


def test_a_tag_is_looked_for_in_its_workspace_alone(hub: Hub) -> None:
    with overheard() as said, hub.read() as session:
        lists.page(session, DEFAULT_WORKSPACE, Filter(tag="lecture"), None, 50)
    (statement,) = said
    (plan,) = plans(hub, said)
    ways = plan.removeprefix(statement[0]).splitlines()
    assert any(re.search(r"workspace_id.*\btag\b.*experiment_id", way) for way in ways), plan


def test_an_epoch_is_recorded_without_reading_a_whole_table(hub: Hub) -> None:
    claimed = claim(hub, submit(hub))
    with overheard() as said, hub.write() as session:
        epochs = {one.id: runs.EpochResult(metrics_row(1), best=True) for one in claimed.members}
        runs.record_epochs(session, claimed.lease, epochs)
    found = plans(hub, said)
    assert len(found) >= 3
    assert [line for plan in found for line in whole(plan)] == []


def test_a_workers_life_is_written_down_without_reading_a_whole_table(hub: Hub) -> None:
    row = submit(hub)
    with overheard() as said:
        for leave in (runs.hand_back, runs.record_loss):
            claimed = claim(hub, row)
            with hub.write() as session:
                runs.heartbeat(session, claimed.lease)
                runs.write_log(session, claimed.lease, row.id, "on its way")
                leave(session, claimed.lease, "it stops")
        claimed = claim(hub, row)
        with hub.write() as session:
            runs.end(session, claimed.lease, row.id, Status.SUCCEEDED)
        with hub.write() as session:
            quotas.check_queue_quota(session, DEFAULT_WORKSPACE, 1, hub.settings.quotas)
            keys.find(
                session,
                "gk_01kap3v8n0c2q5w8z1t4y7b0df_1b9sy9x6fyyrg9aygsb4g0kxv5f1z55qnxsbph0se03jybbkq3fs",
                now(session),
            )
        reconciler.reconcile(hub, "leader")
    assert len(said) > 30
    assert [line for plan in plans(hub, said) for line in whole(plan)] == []


def test_a_plan_without_an_index_is_seen(hub: Hub) -> None:
    """A test of the tests above: they would notice a missing index."""
    (plan,) = plans(hub, [("SELECT id FROM experiments ORDER BY notes", ())])
    assert whole(plan)
    assert sorts(plan)
