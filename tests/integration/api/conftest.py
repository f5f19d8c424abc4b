"""The API on a real socket, over a hub on each kind of database."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.app import create_app
from hub.hub import Hub
from hub.settings import Settings
from tests.integration.api.contract import Contract
from tests.integration.api.service import Service, serving


@pytest.fixture
def service(hub: Hub) -> Iterator[Service]:
    """A running API."""
    with serving(hub) as service:
        yield service


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The OpenAPI document."""
    folder = tmp_path_factory.mktemp("hub")
    hub = Hub(Settings(f"sqlite:///{folder}/x.db", "redis://127.0.0.1:1", str(folder), folder, (folder,)))
    return create_app(hub).openapi()


@pytest.fixture(scope="session")
def contract(document: dict[str, Any]) -> Contract:
    """What it says of answers."""
    return Contract(document)


@pytest.fixture
def client(service: Service, contract: Contract) -> Iterator[httpx.Client]:
    """Speaks to the service, which has to answer as its document says."""
    with service.client() as client:
        client.event_hooks = {"response": [contract.hold]}
        yield client
