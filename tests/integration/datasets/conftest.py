"""One API for the data sets of a module, on each kind of database; every test has a workspace of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from gradus.wire.key import Role
from hub.hub import Hub
from hub.ids import new_id
from tests.integration.access.credentials import bearer, make_key
from tests.integration.api.contract import Contract
from tests.integration.api.service import Service, serving


@pytest.fixture(scope="module")
def service(module_hub: Hub) -> Iterator[Service]:
    with serving(module_hub) as service:
        yield service


@dataclass(frozen=True)
class Tenant:
    """A new workspace, and a client with an editor's key, whose responses are checked against the OpenAPI document."""

    client: httpx.Client
    workspace_id: str
    hub: Hub


@pytest.fixture
def tenant(service: Service, contract: Contract) -> Iterator[Tenant]:
    with tenant_of(service, contract) as one:
        yield one


@pytest.fixture
def other(service: Service, contract: Contract) -> Iterator[Tenant]:
    with tenant_of(service, contract) as one:
        yield one


class tenant_of:  # noqa: N801
    """Opens a new workspace."""

    def __init__(self, service: Service, contract: Contract) -> None:
        workspace = new_id("ws").replace("_", "-")
        key = make_key(service.hub, workspace, Role.EDITOR).key
        self._client = httpx.Client(base_url=service.url, headers=bearer(key), timeout=60)
        self._client.event_hooks = {"response": [contract.hold]}
        self._tenant = Tenant(self._client, workspace, service.hub)

    def __enter__(self) -> Tenant:
        return self._tenant

    def __exit__(self, *_: object) -> None:
        self._client.close()
