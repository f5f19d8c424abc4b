"""A service with at least one object of every kind, for all path parameters of its routes."""

import json
from typing import Any

import httpx
import numpy as np

from gradus.status import Status
from gradus.wire.finding import Finding, Patch
from gradus.wire.key import Role
from gradus.wire.statistics import Statistics
from hub.hub import Hub
from hub.jobs import runs
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow
from tests.asked import predicted
from tests.integration.access.credentials import make_key
from tests.integration.api.service import SPEC
from tests.integration.datasets.readers import read_table
from tests.integration.hub.work import claim, submit
from tests.training_here import train_here

CSV = b"a,b\n1,2\n"
NOW = {"Prefer": "wait=0"}
SWEEP = {"base": SPEC, "grid": {"optimizer.lr": [0.1, 0.01]}, "seeds": [0, 1]}
FOUND = Finding(
    id="dead_relu",
    severity="warning",
    layer="layers/0",
    evidence=(),
    because="Dead.",
    patches=(Patch(patch={"optimizer": {"lr": 0.0001}}, why="Shorter steps."),),
)


def finished(hub: Hub) -> str:
    """An experiment with three epochs and findings."""
    row = submit(hub, statistics="full")
    train_here(hub, row)
    with hub.write() as session:
        session.get_one(ExperimentRow, row.id).findings = json.dumps([FOUND.model_dump(mode="json")])
    return row.id


def looking(hub: Hub, client: httpx.Client) -> str:
    """An experiment whose network reads images."""
    made = client.post("/v1/datasets", params={"name": "pictures"}, content=CSV).json()
    read_table(hub, made["id"], {"photo": np.zeros((40, 6, 5, 3), dtype=np.uint8), "kind": ["cat", "dog"] * 20})
    layers = [{"kind": "conv", "channels": 2}]
    spec = {"dataset": {"name": "pictures", "target": "kind"}, "layers": layers, "epochs": 1}
    id_: str = client.post("/v1/experiments", json=spec).raise_for_status().json()["id"]
    with hub.read() as session:
        row = session.get_one(ExperimentRow, id_)
    train_here(hub, row)
    return id_


def train_and_fail(hub: Hub, sweep: dict[str, Any]) -> None:
    """One array of a sweep is trained, another fails, so that there is something to retry, and nothing runs."""
    with hub.read() as session:
        trained, row = (session.get_one(ExperimentRow, one["experiments"][0]) for one in sweep["results"])
    train_here(hub, trained)
    claimed = claim(hub, row)
    with hub.write() as session:
        for member in claimed.members:
            runs.end(session, claimed.lease, member.id, Status.FAILED)


def later(client: httpx.Client, path: str, body: dict[str, Any]) -> str:
    """Start a computation for a worker; returns the id of its later result."""
    return client.post(path, json=body, headers=NOW).headers["Location"].rpartition("/")[2]


def ids(hub: Hub, client: httpx.Client, key: str) -> dict[str, str]:
    """An id for each path parameter."""
    base = {**SPEC, "epochs": 1}
    sweep = client.post("/v1/sweeps", json={"base": base, "grid": {"batch_size": [64, 128]}, "name": "first"}).json()
    train_and_fail(hub, sweep)
    spare = make_key(hub, role=Role.VIEWER)
    made = client.post("/v1/datasets", params={"name": "a"}, content=CSV).json()
    pixels = np.zeros((2, 3, 3, 1), dtype=np.uint8)
    read_table(hub, made["id"], {"a": [1, 2], "b": pixels}, Statistics(rows=2, columns=()))
    one = finished(hub)
    return {
        "experiment_id": one, "predictions_id": predicted(hub, DEFAULT_WORKSPACE, one), "file": "weights.safetensors",
        "sweep_id": sweep["id"], "key_id": spare.id, "key": key, "dataset": "a",
        "pictures_id": looking(hub, client), "finding": FOUND.name, "name": "layers/0",
        "probe_id": later(client, "/v1/probes", SPEC),
        "preview": later(client, "/v1/datasets/digits/augmented", {"augment": ["flip"]}),
        "number": "1", "row": "0", "demonstration": "penalty_cases",
        "webhook_id": client.post("/v1/webhooks", json={"url": "https://example.com/"}).json()["id"],
        "upload_id": client.post("/v1/uploads", json={"size": 3}).json()["id"],
    }  # fmt: skip
