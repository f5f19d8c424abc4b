"""A full disk is reported as such. The tests forbid SQLite to enlarge its file, which gives the same error."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, event

from api.http import problems
from api.http.known_paths import KnownPaths
from gradus.errors import Unavailable
from hub.artifacts.objects import StoreAway
from hub.database import disk_space
from tests.integration.access.credentials import serving
from tests.integration.api.service import SPEC, Service, assert_problem, on_sqlite
from tests.servers import patient


@contextmanager
def grown_no_more(engine: Engine) -> Iterator[None]:
    def bound(connection: Any) -> None:
        driver = connection.connection
        pages = driver.execute("PRAGMA page_count").fetchone()[0]
        driver.execute(f"PRAGMA max_page_count={pages}")

    event.listen(engine, "begin", bound)
    try:
        yield
    finally:
        event.remove(engine, "begin", bound)
        engine.dispose()


@on_sqlite
def test_who_creates_and_who_asks_for_readiness_are_told_and_later_all_is_well(
    service: Service, client: httpx.Client
) -> None:
    with grown_no_more(service.hub.database.engine):
        for _ in range(2):
            refused = client.post("/v1/experiments", json={**SPEC, "notes": "x" * 9000})
            said = assert_problem(refused, 503)
            assert said["code"] == "disk_full"
            assert "remove other files" in said["detail"]
            assert int(refused.headers["retry-after"]) > 60  # no client waits so long: a person has to act
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["dependencies"][0]["detail"]) == (503, said["detail"])
        assert client.get("/v1/experiments").json()["data"] == []
    assert client.post("/v1/experiments", json=SPEC).status_code == 201
    assert client.get("/readyz").status_code == 200


@on_sqlite
def test_a_disk_that_is_nearly_full_is_told_before_anything_fails(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_space, "free", lambda _: disk_space.MIN_FREE_BYTES - 1)
    assert client.get("/readyz").json()["dependencies"][0]["detail"] == disk_space.NO_ROOM
    with pytest.raises(Unavailable, match="is full: remove other files"):
        disk_space.require_room(Path("/data"))


def test_a_file_that_finds_no_room_is_told_alike_and_another_fault_is_ours() -> None:
    app = FastAPI()
    problems.install(app, KnownPaths([]), lambda _: None)

    @app.get("/store")
    def fetch() -> None:
        raise StoreAway("the artifact store is unreachable: secret")

    @app.get("/{number}")
    def write(number: int) -> None:
        raise OSError(number, os.strerror(number), "/data/secret")

    with serving(app) as url:
        for number in (errno.ENOSPC, errno.EDQUOT):
            answer = patient.get(f"{url}/{number}")
            assert (answer.status_code, answer.json()["code"]) == (503, "disk_full")
            assert "secret" not in answer.text
        away = patient.get(f"{url}/store")
        assert (away.status_code, away.json()["code"], away.headers["retry-after"]) == (503, "store_unavailable", "5")
        assert "secret" not in away.text
        assert patient.get(f"{url}/{errno.EIO}").json()["code"] == "internal"
