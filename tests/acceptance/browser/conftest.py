"""One service and one browser for the files that `tests.servers.units` keeps together, and a workspace for each."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from gradus.client import Client, Credentials
from gradus.errors import GradusError
from hub.settings import sqlite_url
from tests.acceptance.browser.chromium import Complaints, launch, launch_profile, visiting, visiting_apart
from tests.servers.processes import Program, admin_key, http_client, saved_access


@dataclass(frozen=True)
class Up:
    """`gradus up` on a folder of its own."""

    folder: Path
    program: Program

    @property
    def database_url(self) -> str:
        return sqlite_url(self.folder / "gradus.db")


@dataclass(frozen=True)
class Service:
    """A workspace of the service, which is empty at first."""

    folder: Path
    access: Credentials
    client: Client

    def pid_of(self, part: str) -> int:
        return int((self.folder / "running" / part).read_text())


@pytest.fixture(scope="package")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A running service, as a person starts it."""
    folder = tmp_path_factory.mktemp("service")
    env = {"GRADUS_DATA_DIR": str(folder / "data"), "GRADUS_SLOTS": "1"}  # one trainer to start, not one for each core
    with Program(folder / "up.log", "hub.embedded", "--port", 0, "--workers", 1, env=env) as program:
        program.wait_for("is ready")
        yield Up(folder / "data", program)


@pytest.fixture(scope="package")
def url(up: Up) -> str:
    """Where the pages are."""
    return saved_access(up.folder).url


@pytest.fixture(scope="module")
def service(up: Up, url: str, request: pytest.FixtureRequest) -> Iterator[Service]:
    """What an admin of the file's own workspace has."""
    workspace = request.module.__name__.rpartition("test_")[2].replace("_", "-")
    access = Credentials(url, admin_key(up.database_url, workspace))
    with Client(access.url, key=access.key) as client:
        yield Service(up.folder, access, client)
        for one in client.experiments.list():
            if not one.status.final:  # a test has failed meanwhile; the next file's runs want the slot
                with suppress(GradusError):  # it has just ended
                    one.cancel()


@pytest.fixture(scope="module")
def http(service: Service) -> Iterator[httpx.Client]:
    """The service's API, without a face."""
    with http_client(service.access, 90) as client:
        yield client


@pytest.fixture(scope="package")  # not longer: while it is there, asyncio.run() refuses to run
def playwright() -> Iterator[Playwright]:
    """The driver of browsers."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser whose contexts share nothing, not even caches."""
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def profile(playwright: Playwright, url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A browser with a profile, which each test leaves as it was, except for its caches."""
    profile = launch_profile(playwright, tmp_path_factory.mktemp("profile"), url)
    yield profile
    profile.close()


@dataclass(frozen=True)
class Visit:
    """A page, and what it has to complain about so far."""

    page: Page
    complaints: Complaints


@pytest.fixture
def visit(profile: BrowserContext, service: Service) -> Iterator[Visit]:
    """A new browser window on the service, signed in; the test fails if its pages complain."""
    with visiting(profile, service.access) as (page, complaints):
        yield Visit(page, complaints)


@pytest.fixture
def page(visit: Visit) -> Page:
    """The window's page."""
    return visit.page


@pytest.fixture
def visit_apart(browser: Browser, service: Service) -> Iterator[Visit]:
    """The same in a context of its own, for tests that replace the clock of all its pages, or what they begin with."""
    with visiting_apart(browser, service.access) as (context, complaints):
        yield Visit(context.new_page(), complaints)


@pytest.fixture
def page_apart(visit_apart: Visit) -> Page:
    """The page of that window."""
    return visit_apart.page
