"""Answers to a page's requests in the service's place, with the browser's caches as they are.

Playwright's `page.route` switches the caches off: such a page fetches the dashboard's modules again, and compiles them
and plotly.js anew. Here Chromium holds back only the requests that somebody wants to answer.
"""

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from weakref import WeakKeyDictionary

from playwright.sync_api import APIResponse, CDPSession, Error, Page

from tests.acceptance.browser.devtools import devtools


class _Refused(Exception):
    """The service did not answer well."""


@dataclass(frozen=True)
class Asked:
    """A request that waits for its answer."""

    _page: Page
    _session: CDPSession
    _paused: dict[str, Any]

    @property
    def url(self) -> str:
        address: str = self._paused["request"]["url"]
        return address

    def fulfill(
        self, body: str | bytes = b"", *, document: object = None, content_type: str = "application/json"
    ) -> None:
        """Answer with the body, or with a document as JSON."""
        content = json.dumps(document) if document is not None else body
        self._give(200, content_type, content.encode() if isinstance(content, str) else content)

    def go_on(self, url: str | None = None) -> None:
        """Let the service answer, perhaps another address."""
        self._send("continueRequest", **({"url": url} if url else {}))

    def fail(self) -> None:
        """As if nobody were there."""
        self._send("failRequest", errorReason="Failed")

    def answer_of_service(self) -> APIResponse:
        """What the service says to it, to be given on with changes.

        Raises:
            _Refused: the page has the answer as it is, as the service did not do what was asked.
        """
        said = self._page.context.request.get(self.url)
        if not said.ok:
            self._give(said.status, said.headers.get("content-type", ""), said.body())
            raise _Refused(f"{self.url}: {said.status} {said.text()}")
        return said

    def _give(self, status: int, content_type: str, body: bytes) -> None:
        headers = [{"name": "Content-Type", "value": content_type}]
        encoded = base64.b64encode(body).decode()
        self._send("fulfillRequest", responseCode=status, responseHeaders=headers, body=encoded)

    def _send(self, command: str, **parameters: object) -> None:
        with suppress(Error):  # the page has gone meanwhile
            self._session.send(f"Fetch.{command}", {"requestId": self._paused["requestId"], **parameters})


@dataclass
class _Rule:
    address: str
    answer: Callable[[Asked], object]
    times: int | None

    def concerns(self, url: str) -> bool:
        return self.times != 0 and fnmatchcase(url, self.address.replace("?", "[?]"))


class _Answers:
    """Who answers the requests of one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._rules: list[_Rule] = []
        self._session = devtools(page)
        self._session.on("Fetch.requestPaused", self._paused)

    def add(self, rule: _Rule) -> None:
        self._rules.insert(0, rule)
        self._tell()

    def drop(self, address: str | None) -> None:
        self._rules = [rule for rule in self._rules if address not in {None, rule.address}]
        self._tell()

    def _tell(self) -> None:
        scripts = any(rule.address.endswith(".js") for rule in self._rules)
        self._session.send("Network.setCacheDisabled", {"cacheDisabled": scripts})  # a page may have them in memory
        if self._rules:
            self._session.send(
                "Fetch.enable", {"patterns": [{"urlPattern": rule.address.replace("?", "\\?")} for rule in self._rules]}
            )
        else:
            self._session.send("Fetch.disable")

    def _paused(self, paused: dict[str, Any]) -> None:
        asked = Asked(self._page, self._session, paused)
        for rule in self._rules:
            if rule.concerns(asked.url):
                rule.times = None if rule.times is None else rule.times - 1
                self._answer(rule, asked)
                return
        asked.go_on()

    def _answer(self, rule: _Rule, asked: Asked) -> None:
        try:
            rule.answer(asked)
        except _Refused:
            pass  # the page complains of it
        except Error:
            if not self._page.is_closed():  # else it comes too late, and would fail the next test
                raise


_ANSWERS: WeakKeyDictionary[CDPSession, _Answers] = WeakKeyDictionary()


def answer(page: Page, address: str, how: Callable[[Asked], object], times: int | None = None) -> None:
    """From now on, the page's requests to the address, in which `*` stands for anything, are answered so, or that many
    of them. Later answers go before earlier ones."""
    session = devtools(page)
    if session not in _ANSWERS:
        _ANSWERS[session] = _Answers(page)
    _ANSWERS[session].add(_Rule(address, how, times))


def hold(page: Page, address: str) -> list[Asked]:
    """The requests to it, which wait for who answers them."""
    held: list[Asked] = []
    answer(page, address, held.append)
    return held


def leave(page: Page, address: str | None = None) -> None:
    """The service answers what was answered in its place: at this address, or everywhere."""
    _ANSWERS[devtools(page)].drop(address)
