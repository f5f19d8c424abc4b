"""The port that `gradus up` takes by itself."""

import socket
from urllib.parse import urlsplit

from gradus.cli.doctor.check import Check, ok, warning
from gradus.client import Access

PORT = 8000


def port(access: Access | None, number: int = PORT) -> Check:
    """Free, or our own service's."""
    if access is not None and urlsplit(access.url).port == number:
        return ok("port", f"{number} is the service's")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return warning("port", f"{number} is taken by another program", "gradus up --port 0 takes a free one")
    return ok("port", f"{number} is free")
