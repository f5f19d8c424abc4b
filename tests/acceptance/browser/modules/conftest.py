"""One page for all files in this folder, in the browser of the parent folder."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.acceptance.browser.module_page import ModulePage, module_page


@pytest.fixture(scope="package")
def modules(browser: Browser) -> Iterator[ModulePage]:
    """A page without a service for all tests of the package."""
    with module_page(browser) as page:
        yield page
