"""Recognizes loopback addresses."""

from ipaddress import ip_address


def loopback(host: str) -> bool:
    """Whether the address can be reached only from this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
