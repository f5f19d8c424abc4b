"""Workspaces do not see each other: not in lists, counts, streams, ids or keys, and not in the time that a response
takes.
"""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from hub.hub import Hub
from hub.ids import new_id
from hub.jobs import claims
from hub.tables import ExperimentRow
from tests.integration.access.credentials import SPEC, bearer, make_key, revoke
from tests.integration.api.service import subscribed

NDJSON = {"Accept": "application/x-ndjson"}


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_url(migrated_url: str) -> str:
    """Every kind of database, because the separation of workspaces depends on the queries."""
    return migrated_url


def submit(client: httpx.Client, **headers: str) -> dict[str, Any]:
    answer = client.post("/v1/experiments", json=SPEC, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def ids(client: httpx.Client, count: int) -> list[int]:
    """The ids of the first `count` events in the stream of all experiments."""
    with subscribed(client, "/v1/events?after=0") as stream:
        return [one.id for one in itertools.islice(stream, count)]


def told(client: httpx.Client, path: str, count: int) -> list[dict[str, Any]]:
    """The first `count` lines of a stream."""
    found: list[dict[str, Any]] = []
    with client.stream("GET", path, headers=NDJSON) as response:
        for line in response.iter_lines():
            if line.strip():
                found.append(json.loads(line))
            if len(found) == count:
                return found
    raise AssertionError(f"the stream ended after {found}")


def test_lists_filters_and_cursors_show_one_s_own_alone(ours: httpx.Client, theirs: httpx.Client) -> None:
    mine = [submit(ours)["id"] for _ in range(3)]
    yours = submit(theirs)["id"]
    cursor = ours.get("/v1/experiments", params={"limit": 1}).json()["next_cursor"]
    for query in (
        {},
        {"q": mine[0][-8:]},
        {"q": "exp"},
        {"dataset": "digits"},
        {"status": "queued"},
        {"cursor": cursor},
    ):
        listed = {one["id"] for one in theirs.get("/v1/experiments", params=query).json()["data"]}
        assert listed <= {yours}, query
    assert {one["id"] for one in ours.get("/v1/experiments").json()["data"]} == set(mine)


def test_counts_are_of_one_s_own_alone(ours: httpx.Client, theirs: httpx.Client, hub: Hub) -> None:
    made = [submit(ours) for _ in range(3)]
    with hub.read() as session:
        row = session.get(ExperimentRow, made[0]["id"])
        assert row is not None
    with hub.write() as session:
        assert claims.claim(session, row.job_id, "wrk_1", "cpu:1")
    seen = [client.get("/v1/system").json() for client in (ours, theirs)]
    assert [(one["queue_depth"], one["running"]) for one in seen] == [(2, 1), (0, 0)]


def test_streams_tell_of_one_s_own_alone_and_their_ids_do_not_tell_of_others(
    ours: httpx.Client, theirs: httpx.Client
) -> None:
    for _ in range(5):
        submit(ours)
    yours = submit(theirs)["id"]
    submit(ours)
    submit(theirs)
    lines = told(theirs, "/v1/events?after=0", 2)
    assert lines[0]["experiment_id"] == yours
    assert ids(theirs, 2) == [1, 2]
    assert ids(ours, 6) == [1, 2, 3, 4, 5, 6]


def test_a_live_stream_hears_nothing_of_the_others(ours: httpx.Client, theirs: httpx.Client) -> None:
    with theirs.stream("GET", "/v1/events", headers=NDJSON) as response:
        lines = (json.loads(line) for line in response.iter_lines() if line.strip())
        submit(ours)
        mine = submit(theirs)["id"]
        assert next(lines)["experiment_id"] == mine


def test_an_idempotency_key_means_something_in_its_workspace_alone(ours: httpx.Client, theirs: httpx.Client) -> None:
    again = {"Idempotency-Key": "monday"}
    first, repeat, other = submit(ours, **again), submit(ours, **again), submit(theirs, **again)
    assert first["id"] == repeat["id"] != other["id"]
    assert theirs.post("/v1/experiments", json={**SPEC, "seed": 1}, headers=again).status_code == 409


def test_keys_of_another_workspace_are_not_there(ours: httpx.Client, theirs: httpx.Client) -> None:
    made = ours.post("/v1/keys", json={"name": "script", "role": "viewer"}).json()
    assert made["workspace"] == "ours"
    assert made["id"] not in theirs.get("/v1/keys").text
    assert theirs.delete(f"/v1/keys/{made['id']}").status_code == 404
    assert ours.get("/v1/system", headers=bearer(made["key"])).status_code == 200


@contextmanager
def statements(hub: Hub) -> Iterator[list[str]]:
    """Record the SQL statements that are sent within the block, in order."""
    heard: list[str] = []

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        heard.append(statement)

    engines = {hub.database._reader, hub.database._writer}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", hear)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/cancel"),
        ("GET", "/metrics"),
        ("GET", "/metrics?max_points=10"),
        ("GET", "/events"),
    ],
)
def test_the_way_to_a_404_is_the_same_for_what_is_another_s_and_what_is_not_there(
    ours: httpx.Client, theirs: httpx.Client, hub: Hub, method: str, path: str
) -> None:
    mine = submit(ours)["id"]
    theirs.get("/v1/session")  # the first use of a key is written down
    ways = []
    for one in (mine, new_id("exp")):
        make_key(hub, "others")  # after a commit, keys are looked up again
        with statements(hub) as heard:
            assert theirs.request(method, f"/v1/experiments/{one}{path}").status_code == 404
        ways.append([line for line in heard if "keys" in line or "FROM experiments" in line or "FROM jobs" in line])
    assert ways[0] == ways[1]
    assert ways[0]


def test_a_stream_ends_soon_after_its_key_is_revoked(url: str, hub: Hub) -> None:
    key = make_key(hub, "ours")
    with (
        httpx.Client(base_url=url, headers=bearer(key.key), timeout=60) as client,
        client.stream("GET", "/v1/events") as response,
    ):
        revoke(hub, key)
        assert ": the key or the session is no longer valid" in response.read().decode()
