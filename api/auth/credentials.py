"""The credentials of a request: an API key or a browser session's cookie."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request

COOKIE = "gradus_session"
"""The session cookie's name at a default port; at another port it is `gradus_session_8000`."""


@dataclass(frozen=True)
class RequestCredentials:
    """The parts of a request that authentication uses. Secrets stay out of its `repr`."""

    request: Request

    @property
    def authorization(self) -> str | None:
        return self.request.headers.get("authorization")

    @property
    def bearer(self) -> str | None:
        """The API key, if sent. Other schemes, such as `Basic`, belong to a proxy in front and are ignored."""
        return bearer_of(self.authorization or "")

    @property
    def cookie_name(self) -> str:
        """The session cookie's name, with the port: browsers send a cookie to every port of its host, so two services
        on one host would otherwise overwrite each other's sessions."""
        port = _port(self.request.headers.get("host", ""))
        return f"{COOKIE}_{port}" if port else COOKIE

    @property
    def cookie(self) -> str | None:
        return self.request.cookies.get(self.cookie_name) or self.request.cookies.get(COOKIE)

    @property
    def address(self) -> str:
        """The client's IP address."""
        return self.request.client.host if self.request.client else ""


def bearer_of(authorization: str) -> str | None:
    """The API key in an `Authorization` header, if there is one."""
    scheme, _, text = authorization.partition(" ")
    return text.strip() if scheme.lower() == "bearer" else None


def _port(host: str) -> int | None:
    """The port in the Host header, if any."""
    try:
        return urlsplit(f"//{host}").port
    except ValueError:
        return None
