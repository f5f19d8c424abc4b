"""The credentials of a request, and the check against cross-site request forgery (CSRF)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request

from gradus.errors import Forbidden

COOKIE = "gradus_session"
"""The session cookie's name at a default port; at another port it is `gradus_session_8000`."""
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site for requests from the service's own pages and from the address bar."""


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
        scheme, _, text = (self.authorization or "").partition(" ")
        return text.strip() if scheme.lower() == "bearer" else None

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

    @property
    def changes(self) -> bool:
        """Whether the method may change something."""
        return self.request.method not in _SAFE_METHODS

    def refuse_foreign_page(self, *, proof: bool) -> None:
        """Refuse a change that a page of another origin made the browser send.

        proof: require a header that proves the origin. Without `proof`, a request with no such header is accepted: it
        does not come from a browser.

        Raises:
            Forbidden: the request comes, or may come, from a page of another origin.
        """
        if not self.changes:
            return
        headers = self.request.headers
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None:
            own = _is_at(origin, headers.get("host", ""))
        else:
            own = site in _OWN_SITE if site is not None else not proof
        if not own:
            raise Forbidden("browsers may send changes only from this service's own pages", code="foreign_page")


def _is_at(origin: str, host: str) -> bool:
    """Whether the origin has this host and port. Browsers omit the default port; a proxy may include it."""
    try:
        page = urlsplit(origin.lower())
    except ValueError:
        return False
    default = _DEFAULT_PORTS.get(page.scheme, "")
    return page.netloc.removesuffix(default) == host.lower().removesuffix(default) != ""


def _port(host: str) -> int | None:
    """The port in the Host header, if any."""
    try:
        return urlsplit(f"//{host}").port
    except ValueError:
        return None
