"""The addresses of the API, to tell a client what it may have meant."""

from collections.abc import Sequence
from difflib import get_close_matches

from fastapi.routing import APIRoute


class Addresses:
    """Every route with its methods."""

    def __init__(self, routes: Sequence[APIRoute]) -> None:
        self._routes = tuple(routes)

    def methods(self, path: str) -> list[str]:
        """What can be done at this path: all of it, while Starlette names the first route's methods alone."""
        found = {method for route in self._routes if route.path_regex.match(path) for method in route.methods or ()}
        return sorted(found | ({"HEAD"} if "GET" in found else set()))

    def nearest(self, path: str) -> str | None:
        """The address that looks most like this path; None if none does."""
        if self.methods(path.rstrip("/")):
            return path.rstrip("/")
        known = [route.path for route in self._routes if route.include_in_schema]
        close = get_close_matches(path[:200], known, n=1, cutoff=0.75)
        return close[0] if close else None
