"""Between steps and httpx: calls in its words, its responses and errors in ours."""

import time
from email.utils import parsedate_to_datetime
from math import inf
from typing import Any
from urllib.parse import urlsplit

import httpx

from gradus.client.access import Access
from gradus.client.calls import Call
from gradus.client.steps import Answer, Lost
from gradus.errors import BadRequest

CONNECT = 10.0
"""Seconds for a connection to come about."""
SILENCE = 40.0
"""Seconds without a byte after which a stream counts as broken; the service sends a comment every 15."""

UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def settings(access: Access) -> dict[str, Any]:
    """How a client of httpx reaches the service.

    Raises:
        BadRequest: the key cannot be sent, or something else would be sent in its place.
    """
    if access.key and not (access.key.isascii() and access.key.isprintable()):
        raise BadRequest("the key is none: it has characters that no key has")
    if access.key and urlsplit(access.url).username is not None:
        raise BadRequest("the address has a user, and a key is given too: one request carries but one of them")
    key = {"Authorization": f"Bearer {access.key}"} if access.key else {}
    return {
        "base_url": access.url,
        "headers": {"User-Agent": "gradus-client", **key},
        "limits": httpx.Limits(max_connections=None),  # each stream holds one
        "trust_env": not access.local,
    }


def request(call: Call[Any], timeout: float, limit: float = inf) -> dict[str, Any]:
    """A call, to be answered within so many seconds, or those that it was asked to wait more, but within the limit."""
    seconds = min(timeout + call.seconds, limit)
    return {**_message(call), "timeout": httpx.Timeout(seconds, connect=min(CONNECT, seconds))}


def stream(call: Call[Any], limit: float = inf) -> dict[str, Any]:
    """A call whose answer goes on, over a connection that comes about within the limit."""
    return {**_message(call), "timeout": httpx.Timeout(min(CONNECT, limit), read=SILENCE)}


def _message(call: Call[Any]) -> dict[str, Any]:
    kind = {} if call.body is None else {"Content-Type": "application/json"}
    return {
        "method": call.method,
        "url": call.path,
        "params": dict(call.query),
        "headers": {**call.headers, **kind},
        "content": call.body,
    }


def answer(response: httpx.Response, body: bytes = b"") -> Answer:
    """The response, of which this body has been read."""
    headers = response.headers
    return Answer(response.status_code, body, headers.get("Content-Type", ""), _seconds(headers.get("Retry-After")))


def lost(error: httpx.RequestError, access: Access) -> Lost:
    """No response came."""
    why = str(error) or type(error).__name__
    return Lost(f"nothing answers at {access.url} ({why})", sent=not isinstance(error, UNSENT))


def _seconds(retry_after: str | None) -> float:
    """Seconds from now; a header that cannot be read asks for none."""
    if not retry_after:
        return 0.0
    if retry_after.isdigit():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return 0.0
