"""The API on a real socket, over a hub on each kind of database."""

from collections.abc import Iterator

import httpx
import pytest

from hub.hub import Hub
from tests.integration.api.contract import Contract
from tests.integration.api.service import Service, serving


@pytest.fixture
def service(hub: Hub) -> Iterator[Service]:
    """A running API."""
    with serving(hub) as service:
        yield service


@pytest.fixture
def client(service: Service, contract: Contract) -> Iterator[httpx.Client]:
    """A client that fails if a response differs from the OpenAPI document."""
    with service.client() as client:
        client.event_hooks = {"response": [contract.hold]}
        yield client
