"""One service and one browser for all files that `tests.servers.units` groups together, and a separate workspace for
each file.
"""

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
    """A running `gradus up` with its own data folder."""

    folder: Path
    program: Program

    @property
    def database_url(self) -> str:
        return sqlite_url(self.folder / "gradus.db")


@dataclass(frozen=True)
class Service:
    """A workspace of the service, which is empty at first, and an admin's access to it."""

    folder: Path
    access: Credentials
    client: Client

    def pid_of(self, part: str) -> int:
        return int((self.folder / "running" / part).read_text())


@pytest.fixture(scope="package")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A running service, started as a user starts it."""
    folder = tmp_path_factory.mktemp("service")
    env = {"GRADUS_DATA_DIR": str(folder / "data"), "GRADUS_SLOTS": "1"}  # one trainer to start, not one for each core
    with Program(folder / "up.log", "hub.embedded", "--port", 0, "--workers", 1, env=env) as program:
        program.wait_for("is ready")
        yield Up(folder / "data", program)


@pytest.fixture(scope="package")
def url(up: Up) -> str:
    """The URL of the service, which serves the pages."""
    return saved_access(up.folder).url


@pytest.fixture(scope="module")
def service(up: Up, url: str, request: pytest.FixtureRequest) -> Iterator[Service]:
    """A new workspace for this test file, with the access of an admin."""
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
    """A plain HTTP client of the service's API, with the admin's key."""
    with http_client(service.access, 90) as client:
        yield client


@pytest.fixture(scope="package")  # not longer: while it is there, asyncio.run() refuses to run
def playwright() -> Iterator[Playwright]:
    """Playwright, which drives the browsers."""
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
    """A browser with a profile. Each test leaves it as it was, except for its caches."""
    profile = launch_profile(playwright, tmp_path_factory.mktemp("profile"), url)
    yield profile
    profile.close()


@dataclass(frozen=True)
class Visit:
    """A page, and its complaints so far."""

    page: Page
    complaints: Complaints


@pytest.fixture
def visit(profile: BrowserContext, service: Service) -> Iterator[Visit]:
    """A browser tab that is signed in to the service; the test fails if its pages have complaints."""
    with visiting(profile, service.access) as (page, complaints):
        yield Visit(page, complaints)


@pytest.fixture
def page(visit: Visit) -> Page:
    """The page of the `visit`."""
    return visit.page


@pytest.fixture
def visit_apart(browser: Browser, service: Service) -> Iterator[Visit]:
    """Like `visit`, but in a separate context: for tests that replace the clock of all pages, or run a script at the
    start of each page."""
    with visiting_apart(browser, service.access) as (context, complaints):
        yield Visit(context.new_page(), complaints)


@pytest.fixture
def page_apart(visit_apart: Visit) -> Page:
    """The page of the `visit_apart`."""
    return visit_apart.page
