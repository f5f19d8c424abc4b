"""No request reads a whole table that grows: every route is asked, and the database says how it would answer each
statement that was sent meanwhile, those of the door and of the event log's tail among them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import pytest

from api.app import create_app
from gradus.status import Status
from gradus.wire.key import Role
from gradus.wire.statistics import Statistics
from hub.hub import Hub
from hub.jobs import runs
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow
from tests.asked import predicted
from tests.integration.access.credentials import Address, addresses, bearer, make_key, serving
from tests.integration.api.service import SPEC
from tests.integration.datasets.readers import read_table
from tests.integration.hub.work import claim, submit
from tests.integration.plans import overheard, plans, whole
from tests.training_here import train_here

FEW = {"workers", "leaders", "alembic_version"}
"""Tables that stay small."""
COUNTED = "COVERING INDEX ix_experiments_status"
"""Prometheus is told how many experiments there are of each status: every entry of the narrowest index."""
CSV = b"a,b\n1,2\n"
SWEEP = {"base": SPEC, "grid": {"optimizer.lr": [0.1, 0.01]}, "seeds": [0, 1]}


@dataclass(frozen=True)
class Ask:
    """One request; the ids that its address names are filled in."""

    method: str
    path: str
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""


LISTS: list[dict[str, Any]] = [
    {},
    {"status": "succeeded"},
    {"tag": "lecture"},
    {"dataset": "digits"},
    {"sweep": "swp_01kap3v8n0c2q5w8z1t4y7b0df"},
    {"q": "adam"},
    {"status": "failed", "tag": "lecture", "dataset": "digits", "q": "adam", "limit": 200},
]
NOW = {"Prefer": "wait=0"}
METRICS: list[dict[str, Any]] = [{}, {"after": 1}, {"max_points": 2}]
ONE, SWEPT = "/v1/experiments/{experiment_id}", "/v1/sweeps/{sweep_id}"
ASKS = [
    Ask("POST", "/v1/experiments", SPEC, headers={"Idempotency-Key": "k"}),
    Ask("POST", "/v1/experiments", SPEC, headers={"Idempotency-Key": "k"}),
    *(Ask("GET", "/v1/experiments", query=query) for query in LISTS),
    Ask("GET", ONE),
    Ask("PATCH", ONE, {"tags": ["lecture"]}),
    Ask("GET", f"{ONE}/checkpoints"),
    Ask("GET", f"{ONE}/findings"),
    *(Ask("GET", f"{ONE}/metrics", query=query) for query in METRICS),
    Ask("GET", f"{ONE}/evaluation", headers=NOW),
    Ask("GET", f"{ONE}/errors", headers=NOW),
    Ask("POST", f"{ONE}/predictions", {"dataset": "{dataset}"}, headers=NOW),
    Ask("GET", f"{ONE}/predictions/{{predictions_id}}"),
    Ask("GET", f"{ONE}/predictions/{{predictions_id}}/file"),
    Ask("POST", f"{ONE}/predict", {"rows": [{"pixels": np.zeros((64,)).tolist()}]}),
    Ask("GET", f"{ONE}/export/{{file}}"),
    Ask("GET", "/v1/metrics", query={"experiment": "{experiment_id}"}),
    Ask("GET", f"{ONE}/log"),
    Ask("GET", f"{ONE}/events", query={"after": 2}),
    Ask("GET", "/v1/events", query={"after": 0}),
    Ask("POST", f"{ONE}/extend", {"epochs": 2}),
    Ask("POST", f"{ONE}/fork", {"changes": {"seed": 1}}),
    Ask("POST", f"{ONE}/pause"),
    Ask("POST", f"{ONE}/resume"),
    Ask("POST", f"{ONE}/cancel"),
    Ask("DELETE", ONE),
    Ask("POST", "/v1/sweeps", SWEEP),
    Ask("GET", "/v1/sweeps"),
    Ask("GET", SWEPT),
    Ask("POST", f"{SWEPT}/extend", {"seeds": [2]}),
    Ask("POST", f"{SWEPT}/retry"),
    Ask("POST", f"{SWEPT}/cancel"),
    Ask("DELETE", SWEPT),
    Ask("POST", "/v1/datasets", query={"name": "b"}, headers={"Idempotency-Key": "d"}, content=CSV),
    Ask("PUT", "/v1/datasets", query={"name": "c"}, content=CSV),
    Ask("GET", "/v1/datasets"),
    Ask("GET", "/v1/datasets", query={"status": "ready", "tag": "x", "q": "y"}),
    Ask("GET", "/v1/datasets/mnist"),
    Ask("PATCH", "/v1/datasets/{dataset}", {"notes": "n"}),
    Ask("POST", "/v1/datasets/{dataset}/versions", {}),
    Ask("GET", "/v1/datasets/{dataset}/versions/{number}"),
    *(
        Ask("GET", f"/v1/datasets/{{dataset}}/{path}")
        for path in (
            "events",
            "log",
            "rows",
            "statistics",
            "findings",
            "content",
            "content.parquet",
            "content.npz",
            "croissant.json",
            "images",
        )
    ),
    Ask("POST", "/v1/uploads", {"size": 3}),
    Ask("PUT", "/v1/uploads/{upload_id}/parts/{number}", content=b"a\n1"),
    Ask("GET", "/v1/uploads/{upload_id}"),
    Ask("DELETE", "/v1/uploads/{upload_id}"),
    Ask("GET", "/v1/datasets/{dataset}"),
    Ask("GET", "/v1/datasets/{dataset}/rows/{row}/image"),
    Ask("DELETE", "/v1/datasets/{dataset}"),
    Ask("GET", "/v1/catalog"),
    Ask("GET", "/v1/lab"),
    Ask("POST", "/v1/webhooks", {"url": "https://example.com/"}),
    Ask("GET", "/v1/webhooks"),
    Ask("POST", "/v1/webhooks/{webhook_id}/enable"),
    Ask("DELETE", "/v1/webhooks/{webhook_id}"),
    Ask("POST", "/v1/lab/{demonstration}", {}),
    Ask("GET", "/v1/system"),
    Ask("GET", "/v1/keys"),
    Ask("POST", "/v1/keys", {"name": "new", "role": "viewer"}),
    Ask("DELETE", "/v1/keys/{key_id}"),
    Ask("POST", "/v1/session", {"key": "{key}"}),
    Ask("GET", "/v1/session"),
    Ask("POST", "/v1/session/links"),
    Ask("DELETE", "/v1/session"),
    Ask("GET", "/readyz"),
    Ask("GET", "/metrics"),
]


def finished(hub: Hub) -> str:
    """An experiment with three epochs behind it."""
    row = submit(hub)
    train_here(hub, row)
    return row.id


def fail_one(hub: Hub, sweep: dict[str, Any]) -> None:
    """One array of a sweep fails, so that there is something to retry, and nothing runs."""
    with hub.read() as session:
        row = session.get_one(ExperimentRow, sweep["results"][0]["experiments"][0])
    claimed = claim(hub, row)
    with hub.write() as session:
        for member in claimed.members:
            runs.end(session, claimed.lease, member.id, Status.FAILED)


def ids(hub: Hub, client: httpx.Client, key: str) -> dict[str, str]:
    """What the addresses name."""
    sweep = client.post("/v1/sweeps", json={**SWEEP, "name": "first"}).json()
    fail_one(hub, sweep)
    spare = make_key(hub, role=Role.VIEWER)
    made = client.post("/v1/datasets", params={"name": "a"}, content=CSV).json()
    pixels = np.zeros((2, 3, 3, 1), dtype=np.uint8)
    read_table(hub, made["id"], {"a": [1, 2], "b": pixels}, Statistics(rows=2, columns=()))
    one = finished(hub)
    return {
        "experiment_id": one, "predictions_id": predicted(hub, DEFAULT_WORKSPACE, one), "file": "weights.safetensors",
        "sweep_id": sweep["id"], "key_id": spare.id, "key": key, "dataset": "a",
        "number": "1", "row": "0", "demonstration": "penalty_cases",
        "webhook_id": client.post("/v1/webhooks", json={"url": "https://example.com/"}).json()["id"],
        "upload_id": client.post("/v1/uploads", json={"size": 3}).json()["id"],
    }  # fmt: skip


def filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: filled(one, names) for key, one in value.items()}
    return value.format(**names) if isinstance(value, str) else value


def send(client: httpx.Client, ask: Ask, names: dict[str, str]) -> int:
    """The status. An endless stream is left after its first piece."""
    body: Any = {"content": ask.content} if ask.body is None else {"json": filled(ask.body, names)}
    with client.stream(
        ask.method, filled(ask.path, names), params=filled(ask.query, names), headers=ask.headers, **body
    ) as answer:
        for _ in answer.iter_bytes():
            break
        return answer.status_code


@pytest.fixture
def asked(hub: Hub) -> Iterator[tuple[httpx.Client, dict[str, str]]]:
    """A client with an admin's key, of a service with something of everything in it."""
    key = make_key(hub, role=Role.ADMIN).key
    with (
        serving(create_app(hub, poll=0.05, heartbeat=0.2)) as url,
        httpx.Client(base_url=url, headers=bearer(key), timeout=60) as client,
    ):
        yield client, ids(hub, client, key)


def test_every_request_finds_its_rows_by_an_index(hub: Hub, asked: tuple[httpx.Client, dict[str, str]]) -> None:
    client, names = asked
    for ask in ASKS:
        with overheard() as said:
            status = send(client, ask, names)
        assert status < 400, ask
        read = [line for plan in plans(hub, said) for line in whole(plan) if COUNTED not in line]
        assert [line for line in read if not FEW & set(line.split())] == [], ask


def test_every_route_is_asked(hub: Hub) -> None:
    there = {one for one in addresses(create_app(hub).routes) if one.path.startswith(("/v1/", "/readyz", "/metrics"))}
    assert there - {Address(ask.method, ask.path) for ask in ASKS} == set()
