"""Which names and addresses stand for this machine alone."""

from ipaddress import ip_address


def loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
