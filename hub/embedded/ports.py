"""The address that the API listens on: free, and how clients call it."""

import errno
import random
import socket

from gradus.errors import BadRequest, Conflict

QUIET_PORTS = range(20_000, 32_768)
"""Below those that Linux hands out by itself: of them one may be somebody else's before the API listens."""
TRIES = 20


def free_port(host: str, port: int) -> int:
    """The port itself if it is free; for 0 one that is.

    Raises:
        Conflict: another program has it.
        BadRequest: there is no such address here.
    """
    for candidate in random.sample(QUIET_PORTS, TRIES) if port == 0 else ():
        try:
            return _probed(host, candidate)
        except Conflict:
            continue
    return _probed(host, port)


def _probed(host: str, port: int) -> int:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            free: int = probe.getsockname()[1]
            return free
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Conflict(f"port {port} is taken by another program: choose one with --port, or --port 0") from error
        raise BadRequest(f"cannot listen on {host} port {port}: {error}") from error


def url_of(host: str, port: int) -> str:
    """How a client on this machine calls it."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
