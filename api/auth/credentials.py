"""What a request shows of who sends it, and whether a browser sends it for somebody else's page."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request

from gradus.errors import Forbidden

COOKIE = "gradus_session"
"""The session's cookie at a usual port; `gradus_session_8000` at another."""
_USUAL_PORTS = {"http": ":80", "https": ":443"}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_PAGE = frozenset({"same-origin", "none"})
"""What browsers say of requests from the service's own pages, or from the address bar."""


@dataclass(frozen=True)
class RequestCredentials:
    """The parts of a request that decide. The secrets stay out of `repr`."""

    request: Request

    @property
    def authorization(self) -> str | None:
        return self.request.headers.get("authorization")

    @property
    def bearer(self) -> str | None:
        """The key that is shown. Another scheme, such as `Basic`, is that of a proxy in front, and no business here."""
        scheme, _, text = (self.authorization or "").partition(" ")
        return text.strip() if scheme.lower() == "bearer" else None

    @property
    def cookie_name(self) -> str:
        """Of the session's cookie: browsers send those of one port to every port of a host, and services at two ports
        would sign each other's browsers out."""
        port = _port(self.request.headers.get("host", ""))
        return f"{COOKIE}_{port}" if port else COOKIE

    @property
    def cookie(self) -> str | None:
        return self.request.cookies.get(self.cookie_name) or self.request.cookies.get(COOKIE)

    @property
    def address(self) -> str:
        """Where it comes from."""
        return self.request.client.host if self.request.client else ""

    @property
    def changes(self) -> bool:
        """Whether it may change something."""
        return self.request.method not in _SAFE

    def refuse_foreign_page(self, *, proof: bool) -> None:
        """Make sure that no page of another origin lets the browser change something here.

        proof: the browser must say where the request comes from; without it, who says nothing is no browser.

        Raises:
            Forbidden: it is another's page, or may be.
        """
        if not self.changes:
            return
        headers = self.request.headers
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None:
            own = _is_at(origin, headers.get("host", ""))
        else:
            own = site in _OWN_PAGE if site is not None else not proof
        if not own:
            raise Forbidden("a browser may change something from this service's own pages alone", code="foreign_page")


def _is_at(origin: str, host: str) -> bool:
    """Whether the origin is that of this host and port; a browser leaves the usual port out, and a proxy may not."""
    try:
        page = urlsplit(origin.lower())
    except ValueError:
        return False
    usual = _USUAL_PORTS.get(page.scheme, "")
    return page.netloc.removesuffix(usual) == host.lower().removesuffix(usual) != ""


def _port(host: str) -> int | None:
    """The port that the address of the page names."""
    try:
        return urlsplit(f"//{host}").port
    except ValueError:
        return None
