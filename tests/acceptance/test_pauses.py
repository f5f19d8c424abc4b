"""A broker that hangs and a database that is paused: every request is answered in time, and afterwards everything
continues."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest

from hub.migrate import upgrade
from hub.valkey import ValkeyServer
from tests.servers.chaos.families import family
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.processes import http_client, running_api, running_worker, service_env, wait_until

SPEC = {"dataset": "digits", "layers": [64, 32], "epochs": 60}
SECONDS = 30.0
"""Limit for a response while something hangs: the service gives up sooner, but a busy machine is slow."""


@dataclass(frozen=True)
class Scene:
    """A service with its own Postgres and Valkey servers."""

    http: httpx.Client
    postgres: Postgres
    valkey: ValkeyServer

    def submit(self) -> str:
        """Submit an experiment; returns its id."""
        answer = self.http.post("/v1/experiments", json=SPEC)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def epoch(self, one: str) -> int:
        """The number of epochs that the experiment has trained."""
        return int(self.http.get(f"/v1/experiments/{one}").json()["progress"]["epoch"])

    def health(self) -> tuple[int, dict[str, bool]]:
        """The status code of `/readyz`, and for each dependency whether it is ready."""
        answer = self.http.get("/readyz")
        return answer.status_code, {one["name"]: one["ok"] for one in answer.json()["dependencies"]}

    def assert_goes_on(self, *ids: str) -> None:
        """Wait until these experiments and a new one have trained all their epochs, and check that no metrics row is
        missing."""
        wait_until(lambda: self.health()[0] == 200, "readiness")
        for one in (*ids, self.submit()):
            wait_until(lambda one=one: self.epoch(one) == SPEC["epochs"], f"the end of {one}")  # type: ignore[misc]
            rows = self.http.get(f"/v1/experiments/{one}/metrics").json()["data"]
            assert [row["epoch"] for row in rows] == list(range(1, 61))


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("pauses")
    with running_postgres() as postgres, ValkeyServer(folder / "valkey") as valkey:
        url = postgres.create_database()
        upgrade(url)
        env = {**service_env(folder, url, valkey.url), "GRADUS_DEVICE": "cpu"}
        with (
            running_worker(folder, "worker", env),
            running_api(folder, env) as (_, client),
            http_client(client.credentials, SECONDS) as http,
        ):
            yield Scene(http, postgres, valkey)


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """Stop the process and all its descendants until the block ends."""
    stopped = family(pid)
    try:
        for one in stopped:
            os.kill(one, signal.SIGSTOP)
        yield
    finally:
        for one in stopped:
            os.kill(one, signal.SIGCONT)


def test_while_the_broker_hangs_work_is_accepted_and_goes_on(scene: Scene) -> None:
    running = scene.submit()
    wait_until(lambda: scene.epoch(running) > 2, "an epoch")
    assert scene.valkey.pid is not None
    with paused(scene.valkey.pid):
        assert scene.health() == (503, {"database": True, "redis": False})
        waiting = scene.submit()
        before = scene.epoch(running)
        wait_until(lambda: scene.epoch(running) > min(before, 59), "a further epoch")
        assert scene.http.get("/v1/experiments").status_code == 200
    scene.assert_goes_on(running, waiting)


def test_while_the_database_is_paused_every_request_is_answered_and_says_why(scene: Scene) -> None:
    running = scene.submit()
    wait_until(lambda: scene.epoch(running) > 2, "an epoch")
    with paused(scene.postgres.pid):
        began = time.monotonic()
        answers = [scene.http.get(f"/v1/experiments/{running}"), scene.http.post("/v1/experiments", json=SPEC)]
        for answer in answers:
            assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
            assert answer.headers["Retry-After"]
        assert scene.health() == (503, {"database": False, "redis": True})
        assert scene.http.get("/healthz").status_code == 200
        assert time.monotonic() - began < 4 * SECONDS
    scene.assert_goes_on(running)
