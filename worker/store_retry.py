"""Retries while the artifact store is away or a disk is full: both pass, and what was computed so far is not lost."""

from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

TRIES = 8
FIRST_PAUSE_SECONDS = 0.25
"""Doubled after each attempt: half a minute in all."""


def with_store_retry(
    act: Callable[[], Result], waiting: Callable[[OSError], object], sleep: Callable[[float], object]
) -> Result:
    """What `act` returns. `waiting` hears of each failed attempt but the last.

    Raises:
        OSError: it failed each time.
    """
    pause = FIRST_PAUSE_SECONDS
    for _ in range(TRIES - 1):
        try:
            return act()
        except OSError as error:
            waiting(error)
        sleep(pause)
        pause *= 2
    return act()
