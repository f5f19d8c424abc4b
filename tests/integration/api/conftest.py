"""The API on a real socket, over a hub on each kind of database."""

from collections.abc import Iterator

import httpx
import pytest

from hub.hub import Hub
from tests.integration.api.service import Service, serving


@pytest.fixture
def service(hub: Hub) -> Iterator[Service]:
    """A running API."""
    with serving(hub) as service:
        yield service


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    """Speaks to the service."""
    with httpx.Client(base_url=service.url, timeout=10) as client:
        yield client
