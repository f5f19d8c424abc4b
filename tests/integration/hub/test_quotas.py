"""The quotas of a workspace, and that a workspace learns nothing about others."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from gradus.errors import GradusError, TooManyRequests
from gradus.spec.experiment import Spec
from gradus.status import Status
from hub import idempotency
from hub.access import quotas, workspaces
from hub.access.quotas import Quotas
from hub.access.rate_limits import RateLimiter
from hub.database.database import now
from hub.experiments import events, experiments
from hub.experiments.experiments import Origin
from hub.hub import Hub
from hub.idempotency import Repeatable
from hub.jobs import claims, reconciler, runs
from hub.tables import ExperimentRow, JobRow
from hub.valkey import ValkeyServer
from tests.built_in import prepared, resolved
from tests.integration.hub.work import submit
from tests.integration.plans import overheard

SPEC = Spec(dataset="wine", layers=[3])


def add(hub: Hub, workspace: str, most: Quotas) -> str:
    with hub.write() as session:
        at = now(session)
        quotas.check_queue_quota(session, workspace, 1, most)
        row = experiments.add(session, workspace, prepared(SPEC), at)
        events.append(session, [events.log(row.id, "added")], at)
    return row.id


def has(hub: Hub, *names: str) -> None:
    with hub.write() as session:
        for name in names:
            workspaces.ensure(session, name, now(session))


def test_of_many_who_ask_at_once_only_as_many_get_in_as_may_wait(hub: Hub) -> None:
    has(hub, "ours", "theirs")

    def attempt(_: int) -> GradusError | None:
        try:
            add(hub, "ours", Quotas(queued=5))
        except TooManyRequests as error:
            return error
        return None

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(attempt, range(12)))
    refused = [answer for answer in answers if answer]
    assert len(refused) == 7
    assert {(one.code, one.detail.split(":")[0]) for one in refused} == {
        ("queue_full", "this workspace has 5 queued experiments; the limit is 5")
    }
    assert add(hub, "theirs", Quotas(queued=1))


def test_what_has_gone_from_a_full_queue_leaves_room_again(hub: Hub) -> None:
    has(hub, "ours")
    ids = [add(hub, "ours", Quotas(queued=3)) for _ in range(3)]
    with hub.write() as session:
        row = experiments.lock(session, ids[0])
        assert row is not None
        lease = _taken(claims.claim(session, row.job_id, "worker", "cpu:1")).lease
    add(hub, "ours", Quotas(queued=3))
    with pytest.raises(TooManyRequests, match="3 queued experiments"):
        add(hub, "ours", Quotas(queued=3))
    with hub.write() as session:  # back into the queue, which nobody can refuse
        runs.hand_back(session, lease, "the worker stops")
    with pytest.raises(TooManyRequests, match="4 queued experiments"):
        add(hub, "ours", Quotas(queued=4))
    add(hub, "ours", Quotas(queued=5))


def test_who_waits_is_counted_only_when_the_queue_may_be_full(hub: Hub) -> None:
    has(hub, "ours")
    add(hub, "ours", Quotas(queued=4))
    with overheard() as said:
        add(hub, "ours", Quotas(queued=4))
    assert not any("count(" in text for text, _ in said)


def test_a_workspace_trains_no_more_at_once_than_it_may_and_the_rest_waits_its_turn(hub: Hub) -> None:
    rows = [submit(hub) for _ in range(4)]

    def attempt(row: ExperimentRow) -> claims.Claim | None:
        with hub.write() as session:
            return claims.claim(session, row.job_id, row.id, "cpu:1", most=2)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(attempt, rows))
    assert sum(claim is not None for claim in taken) == 2
    done = next(claim for claim in taken if claim is not None)
    late = next(row for row, claim in zip(rows, taken, strict=True) if claim is None)
    assert attempt(late) is None
    with hub.write() as session:
        runs.end(session, done.lease, done.members[0].id, Status.SUCCEEDED)
    assert attempt(late) is not None


def test_an_array_that_lost_its_worker_goes_on_although_one_of_it_waits_and_the_workspace_is_full(hub: Hub) -> None:
    array = [(prepared(SPEC), Origin(f"exp_{number}")) for number in range(2)]
    with hub.write() as session:
        first, second = experiments.add_all(session, "default", array, [[0, 1]], now(session))
        lease = _taken(claims.claim(session, first.job_id, "first", "cpu:1", most=2)).lease
        runs.release_experiment(session, lease, second.id, None)
        lost = update(JobRow).where(JobRow.id == first.job_id)
        session.execute(lost.values(lease_until=now(session) - timedelta(seconds=1)))
    with hub.write() as session:
        again = _taken(claims.claim(session, first.job_id, "second", "cpu:1", most=1))
    assert [member.id for member in again.members] == [first.id, second.id]


def _taken(claim: claims.Claim | None) -> claims.Claim:
    assert claim is not None
    return claim


def test_what_is_over_a_quota_does_not_hide_other_jobs_from_the_reconciler(hub: Hub) -> None:
    rows = [submit(hub) for _ in range(3)]
    with hub.write() as session:
        for age, row in zip((20, 40, 30), rows, strict=True):
            hinted = now(session) - timedelta(seconds=age)
            session.execute(update(JobRow).where(JobRow.id == row.job_id).values(message_sent_at=hinted))
    with hub.write() as session:
        waiting = [job.id for job in reconciler._waiting(session, now(session))]
    assert waiting == [rows[i].job_id for i in (1, 2, 0)]


def test_each_workspace_has_a_log_of_its_own_without_gaps(hub: Hub) -> None:
    has(hub, "ours", "theirs")
    ours = [add(hub, "ours", Quotas()) for _ in range(3)]
    theirs = [add(hub, "theirs", Quotas()) for _ in range(2)]
    mixed = [events.log(one, "again") for one in (theirs[0], ours[0], theirs[1])]
    with hub.write() as session:
        events.append(session, mixed, now(session))
    with hub.read() as session:
        for workspace, ids, count in (("ours", ours, 4), ("theirs", theirs, 4)):
            log = events.of_workspace(session, workspace, 0, 100)
            assert [row.number for row in log] == list(range(1, count + 1))
            assert {row.experiment_id for row in log} == set(ids)


def test_two_workspaces_may_use_the_same_idempotency_key(hub: Hub) -> None:
    row = submit(hub)
    with hub.write() as session:
        assert idempotency.claim(session, Repeatable("default", "again", "digest")) is None
        idempotency.keep(session, Repeatable("default", "again", "digest"), row.id, "{}", now(session))
    with hub.write() as session:
        assert idempotency.claim(session, Repeatable("theirs", "again", "other digest")) is None
        assert idempotency.claim(session, Repeatable("default", "again", "digest")) is not None


@pytest.mark.parametrize(
    ("most", "path", "said"),
    [
        (Quotas(parameters=60), "layers", "54 parameters"),
        (Quotas(parameters=53), "layers", "54 parameters, but the limit is 53"),
        (Quotas(epochs=9), "epochs", "10 epochs, but the limit is 9"),
        (Quotas(memory_bytes=1000), "layers", "bytes of memory (an estimate), but the limit is 1,000"),
    ],
)
def test_an_experiment_over_a_quota_is_told_the_number_and_the_limit(most: Quotas, path: str, said: str) -> None:
    parameters = 13 * 3 + 3 + 3 * 3 + 3
    assert parameters == 54
    found = quotas.mistakes(resolved(SPEC), most)
    assert [one.path for one in found] == ([] if most.parameters == 60 else [path])
    assert all(said in one.message for one in found)


def test_the_quotas_come_from_the_environment() -> None:
    env = {"GRADUS_MAX_QUEUED": "7", "GRADUS_MAX_REQUESTS_PER_MINUTE": "3", "GRADUS_MAX_RUNNING": ""}
    assert Quotas.from_env(env) == Quotas(queued=7, requests_per_minute=3)


def test_requests_are_counted_by_all_processes_together(valkey: ValkeyServer) -> None:
    mine, yours = RateLimiter(valkey.url), RateLimiter(valkey.url)
    who = f"together {time.time_ns()}"
    standings = [rates.hit(who, 3) for rates in (mine, yours, mine, yours)]
    assert [(one.remaining, one.allowed) for one in standings] == [(2, True), (1, True), (0, True), (0, False)]
    assert all(1 <= one.reset_seconds <= 60 for one in standings)
    assert mine.hit(f"{who} other", 3).allowed


def test_a_process_that_gets_many_requests_counts_several_at_a_time_and_no_more_pass_than_are_allowed(
    valkey: ValkeyServer,
) -> None:
    mine, yours = RateLimiter(valkey.url), RateLimiter(valkey.url)
    who, limit = f"many {time.time_ns()}", 4000
    assert mine.take(who, limit) is None
    first = [mine.hit(who, limit).remaining for _ in range(200)]
    assert first[:5] == [3999, 3998, 3997, 3996, 3995]
    assert first == sorted(first, reverse=True)
    assert first[-1] == limit - len(first)
    passed = len(first)
    while mine.hit(who, limit).allowed or yours.hit(who, limit).allowed:
        passed += 1
    passed += sum(yours.take(who, limit) is not None for _ in range(10))
    assert limit - 10 <= passed <= limit
    assert not mine.hit(who, limit).allowed


def test_requests_that_were_counted_beforehand_end_with_their_window(
    valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates, who, real = RateLimiter(valkey.url), f"ends {time.time_ns()}", time.monotonic
    for _ in range(30):
        rates.hit(who, 10_000)
    assert rates.take(who, 10_000) is not None
    monkeypatch.setattr(time, "monotonic", lambda: real() + 61)
    assert rates.take(who, 10_000) is None


def test_without_redis_each_process_counts_for_itself() -> None:
    rates = RateLimiter("redis://127.0.0.1:1/0")
    assert [rates.hit("who", 2).allowed for _ in range(3)] == [True, True, False]
