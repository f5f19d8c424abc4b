"""No request reads a whole table that grows. Every route is requested, and the database explains each statement that
was sent meanwhile, including those of authentication and of the event log's tail."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import pytest

from api.app import create_app
from gradus.wire.key import Role
from hub.hub import Hub
from tests.integration.access.credentials import Address, addresses, bearer, make_key, serving
from tests.integration.api.inhabited import CSV, NOW, SWEEP, ids
from tests.integration.api.service import SPEC
from tests.integration.plans import overheard, plans, whole

FEW = {"workers", "leaders", "alembic_version"}
"""Tables that stay small, and may be read as a whole."""
COUNTED = "COVERING INDEX ix_experiments_status"
"""The plan of the only query that may read an index as a whole. It counts the experiments of each status, for
Prometheus."""
SEEN = {"row": {"photo": np.zeros((6, 5, 3)).tolist()}}
PIXELS = {"pixels": np.zeros((64,)).tolist()}


@dataclass(frozen=True)
class Ask:
    """A request. Ids are inserted in the path, query and body before it is sent."""

    method: str
    path: str
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    names: dict[str, str] = field(default_factory=dict)
    """Ids for this request that replace those for the other requests."""


LISTS: list[dict[str, Any]] = [
    {},
    {"status": "succeeded"},
    {"tag": "lecture"},
    {"dataset": "digits"},
    {"sweep": "swp_01kap3v8n0c2q5w8z1t4y7b0df"},
    {"q": "adam"},
    {"status": "failed", "tag": "lecture", "dataset": "digits", "q": "adam", "limit": 200},
]
METRICS: list[dict[str, Any]] = [{}, {"after": 1}, {"max_points": 2}]
ONE, SWEPT = "/v1/experiments/{experiment_id}", "/v1/sweeps/{sweep_id}"
PICTURES = {"experiment_id": "{pictures_id}"}
"""Replaces the id of the experiment by that of the experiment whose network has a convolution."""
AUGMENTED = "/v1/datasets/{dataset}/augmented"
ASKS = [
    Ask("POST", "/v1/experiments", SPEC, headers={"Idempotency-Key": "k"}),
    Ask("POST", "/v1/experiments", SPEC, headers={"Idempotency-Key": "k"}),
    *(Ask("GET", "/v1/experiments", query=query) for query in LISTS),
    Ask("GET", ONE),
    Ask("PATCH", ONE, {"tags": ["lecture"]}),
    Ask("GET", f"{ONE}/checkpoints"),
    Ask("GET", f"{ONE}/findings"),
    Ask("POST", f"{ONE}/findings/{{finding:path}}/apply", {}),
    Ask("POST", f"{ONE}/findings/{{finding:path}}/verify", {}),
    Ask("GET", f"{ONE}/layers"),
    Ask("GET", f"{ONE}/layers/{{name:path}}/histograms"),
    Ask("GET", f"{ONE}/pictures/filters", names=PICTURES),
    Ask("GET", f"{ONE}/pictures/filters.png", names=PICTURES),
    Ask("POST", f"{ONE}/pictures/activations", SEEN, names=PICTURES),
    Ask("POST", f"{ONE}/pictures/activations.png", SEEN, names=PICTURES),
    Ask("POST", f"{ONE}/predict/history", {"rows": [PIXELS]}),
    *(Ask("GET", f"{ONE}/metrics", query=query) for query in METRICS),
    Ask("GET", f"{ONE}/evaluation", headers=NOW),
    Ask("GET", f"{ONE}/errors", headers=NOW),
    Ask("GET", f"{ONE}/calibration", headers=NOW),
    Ask("GET", f"{ONE}/importance", headers=NOW),
    Ask("POST", f"{ONE}/predictions", {"dataset": "{dataset}"}, headers=NOW),
    Ask("GET", f"{ONE}/predictions/{{predictions_id}}"),
    Ask("GET", f"{ONE}/predictions/{{predictions_id}}/file"),
    Ask("POST", f"{ONE}/predict", {"rows": [PIXELS]}),
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
    Ask("POST", "/v1/probes", SPEC, headers=NOW),
    Ask("GET", "/v1/probes/{probe_id}", headers=NOW),
    Ask("POST", "/v1/sweeps", SWEEP),
    Ask("GET", "/v1/sweeps"),
    Ask("GET", SWEPT),
    Ask("POST", f"{SWEPT}/predict", {"rows": [PIXELS]}),
    Ask("GET", f"{SWEPT}/importance", headers=NOW),
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
    Ask("POST", AUGMENTED, {"augment": ["shift"]}, headers=NOW, names={"dataset": "digits"}),
    Ask("GET", f"{AUGMENTED}/{{preview}}", headers=NOW, names={"dataset": "digits"}),
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


def filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: filled(one, names) for key, one in value.items()}
    return value.replace(":path}", "}").format(**names) if isinstance(value, str) else value


def send(client: httpx.Client, ask: Ask, names: dict[str, str]) -> int:
    """Send a request; returns its status. Of an endless stream, only the first piece is read."""
    names = {**names, **filled(ask.names, names)}
    body: Any = {"content": ask.content} if ask.body is None else {"json": filled(ask.body, names)}
    with client.stream(
        ask.method, filled(ask.path, names), params=filled(ask.query, names), headers=ask.headers, **body
    ) as answer:
        for _ in answer.iter_bytes():
            break
        return answer.status_code


@pytest.fixture
def asked(hub: Hub) -> Iterator[tuple[httpx.Client, dict[str, str]]]:
    """A client with an admin's key, of a service with at least one object of every kind."""
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
