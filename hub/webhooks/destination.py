"""Where webhooks may go: public addresses over HTTPS, and hosts that the operator allows.

A webhook is a request that a user has our server make. Without these rules it would reach what only our server can
reach: databases beside it, the metadata of a cloud, a router's own page (server-side request forgery).
"""

import logging
import socket
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

LOWEST_PORT = 1024
"""The lowest port, except 443, at which public hosts are called. It is above those of well-known services, such as
mail."""
HTTPS, HTTP = 443, 80
_UNICAST = ip_network("2000::/3")
"""The network that contains all public IPv6 addresses. Those that NAT64 translates to IPv4 are outside it."""
_EMBEDDING = tuple(map(ip_network, ("2002::/16", "2001::/32")))
"""IPv6 addresses that stand for IPv4 addresses: 6to4, Teredo."""
_SPECIAL = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
"""Addresses for IETF protocols, 6to4 relays and documentation. Not all versions of Python know them."""
_CLOUD = frozenset({ip_address("168.63.129.16")})
"""Addresses that look public, but lead to the inside of a cloud from each of its machines: Azure's host."""

logger = logging.getLogger(__name__)


class RefusedDestination(Exception):
    """Webhooks may not call this URL. The text says why, and which URLs are allowed."""


@dataclass(frozen=True)
class Destination:
    """A URL in its parts."""

    is_tls: bool
    host: str
    port: int
    target: str
    """Path and query."""
    is_allowed: bool
    """Whether the operator allows the host, wherever it leads."""

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (HTTPS if self.is_tls else HTTP) else f"{host}:{self.port}"


def destination(url: str, allowed_hosts: Collection[str]) -> Destination:
    """The parts of a URL. Its host is not looked up yet, but an address in its place is checked.

    Raises:
        RefusedDestination: webhooks may not go there.
    """
    parts, host, port = _parts(url)
    is_allowed = host in allowed_hosts or f"{host}:{port}" in allowed_hosts
    if not is_allowed:
        if parts.scheme != "https":
            raise RefusedDestination("must begin with https://: calls to public addresses are encrypted")
        if port != HTTPS and port < LOWEST_PORT:
            raise RefusedDestination(f"must have the port {HTTPS}, or one from {LOWEST_PORT}")
        if (literal := _literal(host)) is not None:
            check_public(host, [literal])
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(parts.scheme == "https", host, port, target, is_allowed)


def check_public(host: str, addresses: Sequence[str]) -> None:
    """Check that all addresses of a host are public.

    Raises:
        RefusedDestination: one is not. The message does not name it, because users must not learn addresses of our
            network.
    """
    for address in addresses:
        if not is_public(address):
            logger.warning("webhooks may not go to '%s', which is at %s", host, address)
            raise RefusedDestination(
                f"'{host}' is not a public address, nor the name of one: the service's operator can allow it with "
                "GRADUS_WEBHOOK_HOSTS"
            )


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet: not private, loopback, link-local, multicast, reserved, nor an
    IPv6 address that stands for an IPv4 address."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return _is_public(found.ipv4_mapped)
        if found not in _UNICAST or any(found in network for network in _EMBEDDING):
            return False
    return _is_public(found)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if address in _CLOUD or any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _parts(url: str) -> tuple[SplitResult, str, int]:
    """The URL split, its host in lower case, and its port."""
    if not url.isascii() or any(character <= " " or character in "\\\x7f" for character in url):
        raise RefusedDestination("must have ASCII characters only, without spaces: encode others as %XX or as punycode")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RefusedDestination("is not a URL: write it like https://example.com/path") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise RefusedDestination("is not a URL: write it like https://example.com/path")
    if "@" in parts.netloc or parts.fragment:
        raise RefusedDestination("may not have a user, a password or a fragment")
    return (
        parts,
        parts.hostname.lower().rstrip("."),
        (HTTPS if parts.scheme == "https" else HTTP) if port is None else port,
    )


def _literal(host: str) -> str | None:
    """The address, if the host is written as an address, in any notation that resolvers know (127.1); None for
    names."""
    if host == "localhost" or host.endswith(".localhost"):
        return "127.0.0.1"
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None
