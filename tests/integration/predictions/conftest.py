"""One API with a workspace, and the experiments of these tests, which this process has trained."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from gradus.wire.key import Role
from hub.hub import Hub
from hub.ids import new_id
from hub.valkey import ValkeyServer
from tests.integration.access.credentials import bearer, make_key
from tests.integration.api.contract import Contract
from tests.integration.api.service import Service, serving
from tests.integration.datasets.readers import CSV, read_table
from tests.integration.hubs import opened_hub
from tests.integration.predictions.training import train_here

ROWS = 90
CITIES = ["Bern", "Chur", "Zug", None]
COLUMNS: dict[str, Any] = {
    "age": [20 + row % 37 for row in range(ROWS)],
    "city": [CITIES[row % 4] for row in range(ROWS)],
    "customer": [f"c{row % 50}" for row in range(ROWS)],
    "balance": [None if row % 10 == 0 else row * 1.5 for row in range(ROWS)],
    "since": np.datetime64("2020-01-01") + np.arange(ROWS),
    "member": [row % 2 == 0 for row in range(ROWS)],
    "exited": ["yes" if row % 3 else "no" for row in range(ROWS)],
    "spent": [row * 2.5 + row % 7 for row in range(ROWS)],
    "visits": [float(row % 11) for row in range(ROWS)],
}
ROW: dict[str, Any] = {"age": 41, "city": "Chur", "balance": None, "since": "2020-02-03", "member": True, "visits": 3.5}
"""A row of the data set `churn` for which a prediction is requested."""


@dataclass(frozen=True)
class Lab:
    """A client of a workspace, and the hub of its API."""

    client: httpx.Client
    hub: Hub
    folder: Path
    service: Service
    workspace: str

    def upload(self, name: str, columns: dict[str, Any]) -> None:
        """Upload a data set with these columns."""
        sent = self.client.post(
            "/v1/datasets", params={"name": name}, content=CSV, headers={"Content-Type": "text/csv"}
        )
        assert sent.is_success, sent.text
        read_table(self.hub, sent.json()["id"], columns)

    def trained(self, **spec: Any) -> str:
        """Train an experiment; returns its id."""
        made = self.client.post("/v1/experiments", json={"epochs": 3, "layers": [8], **spec})
        assert made.status_code == 201, made.text
        train_here(self.hub, made.json()["id"], self.folder / "encoded")
        id_: str = made.json()["id"]
        return id_

    def client_of(self, workspace: str, role: Role) -> httpx.Client:
        """A client with a new key of this workspace."""
        key = make_key(self.hub, workspace, role).key
        return httpx.Client(base_url=self.service.url, headers=bearer(key), timeout=60)


@pytest.fixture(scope="package")
def lab(
    sqlite_template: Path, valkey_server: ValkeyServer, contract: Contract, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    """A running API with an editor's client."""
    folder = tmp_path_factory.mktemp("predictions")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder / 'gradus.db')}"
    with opened_hub(url, valkey_server, folder) as hub, serving(hub) as service:
        workspace = new_id("ws").replace("_", "-")
        key = make_key(hub, workspace, Role.EDITOR).key
        with httpx.Client(base_url=service.url, headers=bearer(key), timeout=60) as client:
            client.event_hooks = {"response": [contract.hold]}
            yield Lab(client, hub, folder, service, workspace)


def other_epoch(lab: Lab, experiment: str) -> int:
    """An epoch that is not the best. Other tests need the best epoch not to be calibrated yet."""
    best: int = lab.client.get(f"/v1/experiments/{experiment}").json()["best"]["epoch"]
    return 1 + best % 3


@pytest.fixture(scope="package")
def churn(lab: Lab) -> str:
    lab.upload("churn", COLUMNS)
    columns = {"customer": "ignore", "spent": "ignore"}
    dataset = {"name": "churn", "target": "exited", "columns": columns, "missing": {"kind": "median", "flag": True}}
    return lab.trained(dataset=dataset, batch_norm=True, checkpoint=1)


@pytest.fixture(scope="package")
def spending(lab: Lab, churn: str) -> str:
    return lab.trained(
        dataset={"name": "churn", "target": ["spent", "visits"], "columns": {"exited": "ignore"}}, checkpoint=1
    )


@pytest.fixture(scope="package")
def digits(lab: Lab) -> str:
    return lab.trained(dataset="digits", checkpoint=1)


@pytest.fixture(scope="package")
def pictures(lab: Lab) -> str:
    draws = np.random.default_rng(0)
    images = draws.integers(0, 256, (40, 6, 5, 3), dtype=np.uint8)
    lab.upload("pictures", {"photo": images, "kind": ["cat", "dog"] * 20})
    layers = [{"kind": "conv", "channels": 4, "batch_norm": True}, "max_pool", 8]
    return lab.trained(dataset={"name": "pictures", "target": "kind"}, layers=layers)
