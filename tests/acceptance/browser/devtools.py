"""Chromium's DevTools for a page, until the test ends: what they do to the page ends with them."""

from weakref import WeakKeyDictionary

from playwright.sync_api import CDPSession, Page

_SESSIONS: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


def devtools(page: Page) -> CDPSession:
    """The session of this test."""
    if page not in _SESSIONS:
        _SESSIONS[page] = page.context.new_cdp_session(page)
    return _SESSIONS[page]


def begin_with(page: Page, script: str) -> None:
    """Each document of the page begins with this script. Playwright's `add_init_script` holds for good."""
    devtools(page).send("Page.enable")
    devtools(page).send("Page.addScriptToEvaluateOnNewDocument", {"source": script})


def detach(page: Page) -> None:
    """End what they do."""
    session = _SESSIONS.pop(page, None)
    if session is not None:
        session.detach()
