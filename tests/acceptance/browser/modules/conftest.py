"""One browser for all files here, which `tests.servers.units` keeps in one test process."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.acceptance.browser.chromium import launch
from tests.acceptance.browser.module_page import ModulePage, module_page


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """The driver of browsers."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser whose contexts share nothing."""
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def modules(browser: Browser) -> Iterator[ModulePage]:
    """A page without a service for all tests of the package."""
    with module_page(browser) as page:
        yield page
