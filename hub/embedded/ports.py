"""The API's port, and its URL for clients on this machine."""

import errno
import random
import socket

from gradus.errors import BadRequest, Conflict

QUIET_PORTS = range(20_000, 32_768)
"""Ports below Linux' ephemeral range, in which another program could get the port before the API listens."""
TRIES = 20


def free_port(host: str, port: int) -> int:
    """The given port if it is free; for port 0, any free port.

    Raises:
        Conflict: another program uses the port.
        BadRequest: this machine has no such address.
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
            raise Conflict(f"port {port} is used by another program: choose one with --port, or --port 0") from error
        raise BadRequest(f"cannot listen on {host} port {port}: {error}") from error


def url_of(host: str, port: int) -> str:
    """The API's URL for clients on this machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
