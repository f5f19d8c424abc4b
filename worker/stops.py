"""Members of a run that were asked to stop, and how long to wait for each."""

import time
from collections.abc import Callable, Collection, Iterable, Set


class Stops:
    """The deadlines of members that were asked to stop. A shorter deadline replaces a longer one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._deadlines: dict[str, float] = {}

    def ask(self, ids: Iterable[str], seconds: float) -> tuple[str, ...]:
        """Give these members this many seconds to stop. Returns the members that were not asked before."""
        asked, deadline = tuple(ids), self._clock() + seconds
        new = tuple(one for one in asked if one not in self._deadlines)
        for one in asked:
            self._deadlines[one] = min(deadline, self._deadlines.get(one, deadline))
        return new

    def among(self, ids: Set[str]) -> Set[str]:
        """The given members that were asked to stop."""
        return self._deadlines.keys() & ids

    def overdue(self, ids: Collection[str]) -> list[str]:
        """The given members that have not stopped before their deadlines."""
        now = self._clock()
        return [one for one, deadline in self._deadlines.items() if one in ids and now >= deadline]
