"""A Redis server that hangs: messages are sent in the background, and no request waits for them repeatedly."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from hub.hub import Hub
from hub.messaging.circuit_breaker import CircuitBreaker
from hub.messaging.dispatcher import JOBS_AT_ONCE, Dispatcher
from hub.messaging.message import read
from hub.messaging.outbox import Outbox
from hub.messaging.pubsub import EVENTS
from hub.messaging.queue import Queue
from hub.valkey import ValkeyServer
from tests.integration.api.service import SPEC, on_sqlite, serving, wait_for
from tests.integration.hub.work import submit
from tests.servers import patient


@contextmanager
def stopped(server: ValkeyServer) -> Iterator[None]:
    """Stop the server's process within the block: it keeps its connections, and new ones can be opened, but nothing is
    answered."""
    with redis.Redis.from_url(server.url) as client:
        pid = int(client.info("server")["process_id"])
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    """A server for this test alone, which may be stopped."""
    with ValkeyServer(tmp_path / "v") as server:
        yield server


@on_sqlite
def test_a_redis_that_hangs_holds_up_no_request(hub: Hub, own_valkey: ValkeyServer) -> None:
    """Each kind of request that uses Redis. Only the first one may wait until it notices that Redis hangs."""
    hub = Hub(replace(hub.settings, redis_url=own_valkey.url))
    with serving(hub) as service, service.client() as client:
        made = client.post("/v1/experiments", json=SPEC).headers["location"]
        with stopped(own_valkey):
            client.get("/v1/system")
            began = time.monotonic()
            again = client.post("/v1/experiments", json=SPEC).headers["location"]
            for path, body in ((f"{made}/pause", None), (f"{made}/resume", None), (f"{again}/fork", {"changes": {}})):
                assert client.post(path, json=body).status_code in {201, 202}
            assert client.post(f"{made}/cancel").status_code == 202
            assert client.post(f"{made}/extend", json={"epochs": 2}).status_code in {202, 409}
            assert client.patch(again, json={"name": "renamed"}).status_code == 200
            swept = client.post("/v1/sweeps", json={"base": SPEC, "seeds": [0, 1], "grid": {"optimizer.lr": [0.1]}})
            assert client.post(f"/v1/sweeps/{swept.json()['id']}/cancel").status_code == 202
            assert client.get("/readyz").status_code == 503
            assert client.get("/metrics").status_code == 200
            assert patient.get(f"{service.url}/v1/system").status_code == 401
            assert time.monotonic() - began < 10  # ten of them, and a second for each that waits for it
        wait_for(lambda: client.get("/readyz").status_code == 200)


@on_sqlite
def test_what_fails_is_lost_and_what_comes_later_goes_out(hub: Hub, own_valkey: ValkeyServer) -> None:
    hub = Hub(replace(hub.settings, redis_url=own_valkey.url))
    with stopped(own_valkey):
        for _ in range(3):
            submit(hub)
        assert hub.flush(20)
    before = hub.queue.depth("auto")
    submit(hub)
    assert hub.flush()
    assert hub.queue.depth("auto") == before + 1
    hub.close()


@on_sqlite
def test_each_goes_out_once_and_hints_in_their_order(hub: Hub) -> None:
    with redis.Redis.from_url(hub.settings.redis_url) as client:
        client.delete("gradus.cpu")
        with client.pubsub(ignore_subscribe_messages=True) as ears:
            ears.subscribe(EVENTS)
            ears.get_message(timeout=5)
            dispatcher = Dispatcher(hub.pubsub, Queue(hub.settings.redis_url))
            jobs = [f"job_{number:026}" for number in range(2 * JOBS_AT_ONCE + 1)]
            dispatcher.send(Outbox(events={"exp_1"}, jobs=[(job, "cpu") for job in jobs]))
            assert dispatcher.flush(60)
            dispatcher.close()
            rung = [message["data"] for _ in range(3) if (message := ears.get_message(timeout=0.2))]
        sent = [read(element) for element in client.lrange("gradus.cpu", 0, -1)]
        client.delete("gradus.cpu")
    assert rung == [b"exp_1"]
    assert [send_job.job_id for send_job in reversed(sent) if send_job] == jobs


def test_a_breaker_closes_when_redis_answers_again(own_valkey: ValkeyServer) -> None:
    breaker = CircuitBreaker(own_valkey.url)
    with stopped(own_valkey):
        with pytest.raises(redis.TimeoutError):
            breaker.ask(lambda client: client.ping())
        assert breaker.open
        with pytest.raises(redis.ConnectionError, match="recently"):
            breaker.ask(lambda client: client.ping())
    wait_for(lambda: not breaker.open)
    assert breaker.ask(lambda client: client.ping())
    breaker.close()
