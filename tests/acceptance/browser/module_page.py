"""The dashboard's modules in a browser, without a service behind them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route

import api
from api.middleware.security_headers import PAGE

ORIGIN = "http://pages.test"
PAGES = Path(api.__file__).parent / "web" / "pages"
EMPTY = '<!doctype html><title>test</title><div id="here"></div>'


@dataclass(frozen=True)
class ModulePage:
    """A page that can import the modules below `/pages/`, and the uncaught errors of the page."""

    page: Page
    errors: list[str]

    @contextmanager
    def emptied(self) -> Iterator[Page]:
        """Empty the page, and yield it with the content security policy of real pages. Fails if an error was not
        caught."""
        self.page.goto("/")
        try:
            yield self.page
            assert self.errors == []
        finally:
            self.errors.clear()


@contextmanager
def module_page(browser: Browser) -> Iterator[ModulePage]:
    """A page that several tests use in turn. To empty a page takes a fraction of the time that a new one takes."""
    errors: list[str] = []
    context = browser.new_context(base_url=ORIGIN)
    context.route("**/*", _answer)
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield ModulePage(page, errors)
    context.close()


def result(page: Page, script: str) -> Any:
    """What the script, the body of an asynchronous function, returns in the page."""
    return page.evaluate(f"async () => {{ {script} }}")


def _answer(route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    if path == "/":
        route.fulfill(body=EMPTY, content_type="text/html", headers={"Content-Security-Policy": PAGE})
    elif path.startswith("/pages/"):
        route.fulfill(path=PAGES / path.removeprefix("/pages/"))
    else:
        route.fulfill(status=204)
