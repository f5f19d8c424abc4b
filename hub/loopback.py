"""Which names and addresses stand for this machine alone."""

from ipaddress import ip_address

TRUST_LOOPBACK = "GRADUS_TRUST_LOOPBACK"
"""Environment: `1`, as `gradus up` sets it, lets in who sits at this machine without a key. It means nothing to an
API that others can reach."""


def loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
