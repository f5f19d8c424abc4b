"""One service for a file of browser tests, one browser for all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from gradus.client import Client, Credentials
from tests.acceptance.browser.chromium import Complaints, launch, visiting
from tests.servers.processes import Program, http_client, saved_access


@dataclass(frozen=True)
class Service:
    """`gradus up` on a folder of its own."""

    folder: Path
    program: Program
    access: Credentials
    client: Client

    def pid_of(self, part: str) -> int:
        return int((self.folder / "running" / part).read_text())


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service, as a person starts it."""
    folder = tmp_path_factory.mktemp("service")
    env = {"GRADUS_DATA_DIR": str(folder / "data"), "GRADUS_SLOTS": "1"}  # one trainer to start, not one for each core
    with Program(folder / "up.log", "hub.embedded", "--port", 0, "--workers", 1, env=env) as program:
        program.wait_for("is ready")
        access = saved_access(folder / "data")
        with Client(access.url, key=access.key) as client:
            yield Service(folder / "data", program, access, client)


@pytest.fixture(scope="module")
def http(service: Service) -> Iterator[httpx.Client]:
    """The service's API, without a face."""
    with http_client(service.access, 90) as client:
        yield client


@pytest.fixture(scope="module")  # not longer: while it is there, asyncio.run() refuses to run
def browser() -> Iterator[Browser]:
    """The browser; each test has a context of its own."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Visit:
    """A page, and what it has to complain about so far."""

    page: Page
    complaints: Complaints


@pytest.fixture
def visit(browser: Browser, service: Service) -> Iterator[Visit]:
    """A fresh browser window on the service, signed in; the test fails if its pages complain."""
    with visiting(browser, service.access) as (context, complaints):
        yield Visit(context.new_page(), complaints)


@pytest.fixture
def page(visit: Visit) -> Page:
    """The window's page."""
    return visit.page
