"""The paths of the API, for suggestions in `not found` errors."""

from collections.abc import Sequence
from difflib import get_close_matches

from fastapi.routing import APIRoute


class KnownPaths:
    """All routes with their methods."""

    def __init__(self, routes: Sequence[APIRoute]) -> None:
        self._routes = tuple(routes)

    def methods(self, path: str) -> list[str]:
        """All methods of this path. Starlette would name only those of the first route that matches."""
        found = {method for route in self._routes if route.path_regex.match(path) for method in route.methods or ()}
        return sorted(found | ({"HEAD"} if "GET" in found else set()))

    def nearest(self, path: str) -> str | None:
        """The known path most similar to this one; None if no path is similar."""
        if self.methods(path.rstrip("/")):
            return path.rstrip("/")
        known = [route.path for route in self._routes if route.include_in_schema]
        close = get_close_matches(path[:200], known, n=1, cutoff=0.75)
        return close[0] if close else None
