"""One call of a webhook: a POST to an address that was looked up once and checked, bounded in time and size."""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException

from hub.webhooks.destination import Destination, check_public
from hub.webhooks.network import Network

SECONDS = 15.0
"""Time limit of one call once connected: sending, and the head of the answer. The body of the answer is not read."""
CONNECT_SECONDS = 5.0
"""Time limit for connecting to each of the host's addresses."""
MAX_ADDRESSES = 3


@dataclass(frozen=True)
class Answer:
    """What the receiver answered."""

    status: int
    retry_after: float | None
    """Seconds that the receiver asks to wait; None if it does not ask."""

    @property
    def is_accepted(self) -> bool:
        """Whether the call has arrived. A redirect is not followed: it would lead past all checks."""
        return 200 <= self.status < 300


class NotDelivered(Exception):
    """There is no answer. The text says why."""


def post(
    to: Destination, headers: Mapping[str, str], body: bytes, network: Network, seconds: float = SECONDS
) -> Answer:
    """Call a receiver once.

    Raises:
        NotDelivered: it cannot be reached, does not answer in time, or does not speak HTTP.
        RefusedDestination: its host leads to an address that is not public.
    """
    try:
        addresses = network.addresses(to.host, to.port)
    except (OSError, UnicodeError) as error:
        raise NotDelivered(f"the address of '{to.host}' is not known: {error}") from error
    if not to.is_allowed:
        check_public(to.host, addresses)
    try:
        with closing(_connected(to, addresses, network)) as plain, _deadline(plain, seconds):
            return _exchange(to, plain, headers, body)
    except (OSError, HTTPException, ValueError) as error:  # ValueError: a closed socket
        raise NotDelivered(_words(error, seconds)) from error


def _connected(to: Destination, addresses: Sequence[str], network: Network) -> socket.socket:
    """A connection to the first address that accepts one. The name is not looked up again: it could change in
    between."""
    failure: OSError = OSError("the host has no address")
    for address in addresses[:MAX_ADDRESSES]:
        try:
            return network.connect(address, to.port, CONNECT_SECONDS)
        except OSError as error:
            failure = error
    raise failure


@contextmanager
def _deadline(connection: socket.socket, seconds: float) -> Iterator[None]:
    """Break the connection after this time: a receiver that sends a byte now and then would outlast any timeout of
    single reads."""
    handle = connection.dup()  # TLS takes the connection's own handle away

    def break_off() -> None:
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, break_off)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        handle.close()


def _exchange(to: Destination, plain: socket.socket, headers: Mapping[str, str], body: bytes) -> Answer:
    plain.settimeout(SECONDS)
    connection = HTTPConnection(to.host, to.port)
    connection.sock = _tls().wrap_socket(plain, server_hostname=to.host) if to.is_tls else plain
    with closing(connection):
        connection.putrequest("POST", to.target, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": to.authority, **headers, "Content-Length": str(len(body))}.items():
            connection.putheader(name, value)
        connection.putheader("Connection", "close")
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, _seconds(response.getheader("Retry-After")))


@cache
def _tls() -> ssl.SSLContext:
    """The settings of TLS connections. Cached, because reading all certificates of the machine takes a while."""
    return ssl.create_default_context()


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() and len(retry_after) < 9 else None


def _words(error: Exception, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} s"
    return f"{type(error).__name__}: {error}"[:300]
