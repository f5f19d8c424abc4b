"""A real browser, and what it may never do on a page: speak to others, break the policy, complain."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Request,
    ViewportSize,
    expect,
)

from gradus.client import Credentials

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first has no windows to draw: a context takes it a sixth of the processor time."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECONDS = 180
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
ALONE = "delete window.SharedWorker"
"""To begin a page with: a browser whose tabs share nothing, such as Chrome on phones. What such a page asks for, a test
can answer in the service's place."""


def executable() -> str:
    """Where the browser is; without one the test is skipped, but on CI it fails."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        assert "CI" not in os.environ, "CI must have a browser: .ci/run installs one"
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on the PATH")
    return found


def launch(playwright: Playwright) -> Browser:
    """A browser without a window; what is expected of its pages may take a while on a busy machine."""
    expect.set_options(timeout=1000 * SECONDS)
    return playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))


@dataclass
class Complaints:
    """What went wrong on the pages of a context, in the browser's own words."""

    url: str
    found: list[str] = field(default_factory=list)
    absence: bool = False
    """The service is away on purpose: that nothing answers is no complaint."""
    refusals: bool = False
    """Mistakes are made on purpose: that the service refuses them is no complaint."""
    faults: bool = False
    """A page is broken on purpose: that an error is caught by nobody is no complaint."""
    missing: bool = False
    """What is not there is asked for on purpose."""
    strangers: bool = False
    """Nobody has signed in: that the service asks for a key is no complaint."""

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", self._fault)
        page.on("request", self._request)

    def _fault(self, error: Error) -> None:
        if not self.faults:
            self.found.append(f"uncaught: {error}")

    def _console(self, message: ConsoleMessage) -> None:
        """The policy's violations are errors of the console too."""
        missing = self.missing and "status of 404" in message.text
        refused = (self.refusals and "status of 422" in message.text) or (
            self.strangers and "status of 401" in message.text
        )
        meant = refused or missing or (self.absence and "net::ERR_" in message.text)
        if message.type in {"error", "warning"} and not meant:
            self.found.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme in {"http", "https", "ws", "wss"} and f"{place.scheme}://{place.netloc}" != self.url:
            self.found.append(f"a request to {request.url}")


@contextmanager
def visiting(
    browser: Browser, access: Credentials, *, viewport: ViewportSize = DESKTOP, dark: bool = False
) -> Iterator[tuple[BrowserContext, Complaints]]:
    """A context, signed in if there is a key, whose pages have nothing to complain about when it ends."""
    context = browser.new_context(
        base_url=access.url, viewport=viewport, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    context.set_default_timeout(1000 * SECONDS)
    if access.key is not None:
        assert context.request.post("/v1/session", data={"key": access.key}).status == 201
    complaints = Complaints(access.url)
    context.on("page", complaints.watch)
    try:
        yield context, complaints
    finally:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")  # what still answers late would fail the next test
        context.close()
    assert complaints.found == [], complaints.found
