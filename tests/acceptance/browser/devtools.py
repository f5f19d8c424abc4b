"""A session of Chromium's DevTools for a page. At the end of a test it is closed, and its effects on the page end."""

from weakref import WeakKeyDictionary

from playwright.sync_api import CDPSession, Page

_SESSIONS: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


def devtools(page: Page) -> CDPSession:
    """The DevTools session of the page in this test."""
    if page not in _SESSIONS:
        _SESSIONS[page] = page.context.new_cdp_session(page)
    return _SESSIONS[page]


def begin_with(page: Page, script: str) -> None:
    """Run this script at the start of each document of the page until the test ends. Playwright's `add_init_script`
    would stay longer."""
    devtools(page).send("Page.enable")
    devtools(page).send("Page.addScriptToEvaluateOnNewDocument", {"source": script})


def detach(page: Page) -> None:
    """Close the page's DevTools session, which ends its effects."""
    session = _SESSIONS.pop(page, None)
    if session is not None:
        session.detach()
