"""One API with a workspace, and the experiments of a module, which this process has trained."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gradus.wire.key import Role
from hub.hub import Hub
from hub.ids import new_id
from hub.settings import Settings
from hub.valkey import ValkeyServer
from tests.integration.access.credentials import bearer, make_key
from tests.integration.api.contract import Contract
from tests.integration.api.service import Service, serving
from tests.integration.datasets.readers import CSV, read_table
from tests.integration.predictions.training import train_here


@dataclass(frozen=True)
class Lab:
    """A client of a workspace, and the hub behind its API."""

    client: httpx.Client
    hub: Hub
    folder: Path
    service: Service

    def upload(self, name: str, columns: dict[str, Any]) -> None:
        """A data set with these columns."""
        sent = self.client.post(
            "/v1/datasets", params={"name": name}, content=CSV, headers={"Content-Type": "text/csv"}
        )
        assert sent.is_success, sent.text
        read_table(self.hub, sent.json()["id"], columns)

    def trained(self, **spec: Any) -> str:
        """The id of a trained experiment."""
        made = self.client.post("/v1/experiments", json={"epochs": 3, "layers": [8], **spec})
        assert made.status_code == 201, made.text
        train_here(self.hub, made.json()["id"], self.folder / "encoded")
        id_: str = made.json()["id"]
        return id_

    def client_of(self, workspace: str, role: Role) -> httpx.Client:
        """A client of some workspace."""
        key = make_key(self.hub, workspace, role).key
        return httpx.Client(base_url=self.service.url, headers=bearer(key), timeout=60)


@pytest.fixture(scope="module")
def lab(sqlite_template: Path, valkey_server: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A running API with an editor's client."""
    folder = tmp_path_factory.mktemp("predictions")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder / 'gradus.db')}"
    hub = Hub(Settings(url, valkey_server.url, str(folder / "artifacts"), folder, (folder / "datasets",)))
    with serving(hub) as service:
        key = make_key(hub, new_id("ws").replace("_", "-"), Role.EDITOR).key
        contract = Contract(service.server.config.app.openapi())  # type: ignore[union-attr]
        with httpx.Client(base_url=service.url, headers=bearer(key), timeout=60) as client:
            client.event_hooks = {"response": [contract.hold]}
            yield Lab(client, hub, folder, service)
    hub.close()
