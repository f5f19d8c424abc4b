"""Messages are lost or doubled, and Valkey and Postgres are unavailable for a while: the run continues, and no event is
repeated.
"""

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from gradus.status import Status
from hub.hub import Hub
from hub.log_throttle import BURST
from hub.valkey import ValkeyServer
from tests.integration.hub.work import submit
from tests.integration.worker.conftest import StartWorker
from tests.integration.worker.processes import (
    EPOCHS,
    SPEC,
    WorkerUnderTest,
    alive,
    assert_whole,
    lines,
    until,
    wait_for_epoch,
    wait_for_the_end,
)
from tests.servers.postgres import Postgres


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
def test_duplicate_messages_start_a_run_once(hub: Hub, start_worker: StartWorker) -> None:
    first, second = start_worker(slots=2), start_worker(slots=2)
    row = submit(hub, **SPEC)
    for _ in range(30):
        hub.queue.send_job(row.job_id, "auto")
    done = wait_for_the_end(hub, row.id)
    until(lambda: first.log.count("succeeded in") + second.log.count("succeeded in") == 31)
    assert (done.status, done.attempts) == (Status.SUCCEEDED, 1)
    assert_whole(hub, row.id, EPOCHS)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_jobs_run_although_every_message_was_lost(hub: Hub, start_worker: StartWorker) -> None:
    waiting = [submit(hub, seed=seed) for seed in range(3)]
    with redis.Redis.from_url(hub.settings.redis_url) as client:
        client.flushall()
    start_worker()
    for row in waiting:
        assert wait_for_the_end(hub, row.id).status == Status.SUCCEEDED
        assert_whole(hub, row.id, 3)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_a_run_goes_on_while_valkey_is_away_or_refuses_and_the_worker_finds_it_again(
    hub: Hub, tmp_path: Path, start_worker: StartWorker
) -> None:
    with ValkeyServer(tmp_path / "valkey") as server:
        hub.settings = replace(hub.settings, redis_url=server.url)
        apart = Hub(hub.settings)
        worker = start_worker()
        row = submit(apart, **SPEC)
        wait_for_epoch(apart, row.id, 5)
        server.kill()
        assert wait_for_the_end(apart, row.id).status == Status.SUCCEEDED
        assert_whole(apart, row.id, EPOCHS)
        later = submit(apart)
        server.start()
        assert wait_for_the_end(apart, later.id).status == Status.SUCCEEDED
        assert 0 < worker.log.count("publishing to Redis failed: Error 111") <= BURST  # of one for each epoch
        assert_outlives_refusals(server, worker)
        assert wait_for_the_end(apart, submit(apart).id).status == Status.SUCCEEDED
        apart.close()


def assert_outlives_refusals(server: ValkeyServer, worker: WorkerUnderTest) -> None:
    """Check that the worker survives a Valkey server that answers but refuses writes. A full disk or a failover has
    this effect; here the server lacks the replicas that it was told to wait for."""

    def said(words: str, times: int) -> bool:
        assert worker.process.poll() is None
        return worker.log.count(words) >= times

    connections = worker.log.count("Connected to")
    with redis.Redis.from_url(server.url) as client:
        client.config_set("min-replicas-to-write", 1)
        until(lambda: said("cannot take job messages from the queue: NOREPLICAS", 1))
        client.client_kill_filter(_type="normal", skipme=True)
        until(lambda: said("Connected to", connections + 1))
        client.config_set("min-replicas-to-write", 0)


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
def test_a_run_outlives_a_restart_of_postgres_and_loses_no_row(
    hub: Hub, postgres: Postgres, start_worker: StartWorker
) -> None:
    worker = start_worker()
    row = submit(hub, **SPEC | {"epochs": 120})
    wait_for_epoch(hub, row.id, 5)
    os.kill(postgres.pid, signal.SIGINT)  # in order: it is set to lose its last commits else
    until(lambda: not alive(postgres.pid))
    postgres.stop()
    until(lambda: "the database is unavailable" in worker.log)
    postgres.start()
    done = wait_for_the_end(hub, row.id)
    assert (done.status, done.attempts) == (Status.SUCCEEDED, 1)
    assert_whole(hub, row.id, 120)
    assert [json.loads(line) for line in lines(hub, row.id)] == []
