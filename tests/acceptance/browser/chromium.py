"""A real browser, and checks of every page: no requests to other hosts, no violations of the content security policy,
no errors in the console."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
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
from tests.acceptance.browser.devtools import detach, devtools

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
LEAVING_SECONDS = 60
"""After which a tab that cannot be led elsewhere is replaced by another."""
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
STORED = "local_storage,indexeddb,cache_storage,file_systems,service_workers,storage_buckets"
"""What pages store, in the words of Chromium's DevTools; its caches of files and bytecode are not among it."""
_LEFT = """() => {
    dispatchEvent(new PageTransitionEvent("pagehide"));
    dispatchEvent(new Event("unload"));
    return true;
}"""
"""What a page is told when it is left: of what it does then, Chromium tells nobody who has led the tab elsewhere."""
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


def launch_profile(playwright: Playwright, folder: Path, url: str) -> BrowserContext:
    """A browser whose profile is in the folder. The profile keeps the files that the browser loads from the service,
    and V8's bytecode. So a page with a chart takes 0.35 CPU-seconds instead of the 1.2 in a fresh context, most of
    which are for compiling plotly.js."""
    expect.set_options(timeout=1000 * SECONDS)
    profile = playwright.chromium.launch_persistent_context(
        folder,
        executable_path=executable(),
        args=list(FLAGS),
        base_url=url,
        reduced_motion="reduce",
        viewport=DESKTOP,
    )
    profile.set_default_timeout(1000 * SECONDS)
    return profile


def until(page: Page, function: str, arg: object = None) -> None:
    """Wait until the function says so in the page. By default, Playwright looks in each frame, which Chromium draws
    for nothing else: that takes it ten times as long."""
    page.wait_for_function(function, arg=arg, polling=100)


@dataclass
class Complaints:
    """What went wrong on the pages of a context, in the browser's own words."""

    url: str
    found: list[str] = field(default_factory=list)
    absence: bool = False
    """For tests that stop the service: failed connections are expected."""
    refusals: bool = False
    """For tests that make mistakes: refusals by the service are expected."""
    faults: bool = False
    """For tests that break a page: uncaught errors are expected."""
    missing: bool = False
    """For tests that request things that do not exist."""
    strangers: bool = False
    """For tests without signing in: requests for a key are expected."""

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", self._fault)
        page.on("request", self._request)

    def leave(self, page: Page) -> None:
        page.remove_listener("console", self._console)
        page.remove_listener("pageerror", self._fault)
        page.remove_listener("request", self._request)

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
    profile: BrowserContext, access: Credentials, *, viewport: ViewportSize = DESKTOP, dark: bool = False
) -> Iterator[tuple[Page, Complaints]]:
    """The profile's first tab, signed in if there is a key. At the end, the test fails if a page of the visit has
    complaints. Then the profile forgets the visit, except for its caches. Changes that a context cannot undo, such as a
    replaced clock, need `visiting_apart`.

    The next test gets the same tab, whose process already has the pages' scripts. A new tab would take twice as much
    processor time to show a page."""
    page = profile.pages[0]
    with _complaining(profile, access) as complaints:
        complaints.watch(page)
        page.set_viewport_size(viewport)
        if dark:
            page.emulate_media(color_scheme="dark")
        try:
            yield page, complaints
        finally:
            try:
                _forget(profile, access.url)
            finally:  # what it complains of while it is left counts, too
                complaints.leave(page)


def _forget(profile: BrowserContext, url: str) -> None:
    """All tabs but the first, cookies, permissions and all that pages have stored."""
    page, *others = profile.pages
    for one in others:
        one.close()
    try:
        page.wait_for_function(_LEFT, timeout=1000 * LEAVING_SECONDS)
        page.goto(f"{url}/healthz", timeout=1000 * LEAVING_SECONDS)  # a page of the same process, without scripts
    except Error:
        if _answers(profile, url):  # so the tab has crashed, or a script of its page does not end
            detach(page)
            page, old = profile.new_page(), page
            old.close()
    session = devtools(page)
    page.mouse.move(0, 0)
    page.emulate_media(color_scheme="null")
    profile.clear_cookies()
    profile.clear_permissions()
    session.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": STORED})
    detach(page)


def _answers(profile: BrowserContext, url: str) -> bool:
    with suppress(Error):
        return profile.request.get(f"{url}/healthz").ok
    return False


@contextmanager
def visiting_apart(browser: Browser, access: Credentials) -> Iterator[tuple[BrowserContext, Complaints]]:
    """A context of its own, signed in if there is a key, whose pages have nothing to complain about when it ends."""
    context = browser.new_context(base_url=access.url, viewport=DESKTOP, color_scheme="light", reduced_motion="reduce")
    context.set_default_timeout(1000 * SECONDS)
    with _complaining(context, access) as complaints:
        try:
            yield context, complaints
        finally:
            context.close()


@contextmanager
def _complaining(context: BrowserContext, access: Credentials) -> Iterator[Complaints]:
    if access.key is not None:
        assert context.request.post("/v1/session", data={"key": access.key}).status == 201
    complaints = Complaints(access.url)
    context.on("page", complaints.watch)
    try:
        yield complaints
    finally:
        context.remove_listener("page", complaints.watch)
    assert complaints.found == [], complaints.found
