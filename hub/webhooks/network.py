"""The outside world of webhooks: looking up a host, and connecting to one of its addresses."""

import socket


class Network:
    """The real network. Tests use another one, in which public addresses lead to this machine."""

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host, the preferred first.

        Raises:
            OSError: the host is unknown, or the lookup failed.
        """
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        """A connection to an address, not to a name, which could lead elsewhere by now.

        Raises:
            OSError: nothing listens there, or the connection timed out.
        """
        return socket.create_connection((address, port), seconds)
