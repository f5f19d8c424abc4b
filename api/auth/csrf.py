"""The check against cross-site request forgery: no page of another origin changes anything through a browser."""

from urllib.parse import urlsplit

from fastapi import Request

from gradus.errors import Forbidden

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site for requests from the service's own pages and from the address bar."""


def is_change(request: Request) -> bool:
    """Whether the method may change something."""
    return request.method not in _SAFE_METHODS


def refuse_foreign_page(request: Request, *, proof: bool) -> None:
    """Refuse a change that a page of another origin made the browser send.

    proof: require a header that proves the origin. Without `proof`, a request with no such header is accepted: it does
    not come from a browser.

    Raises:
        Forbidden: the request comes, or may come, from a page of another origin.
    """
    if not is_change(request):
        return
    headers = request.headers
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
