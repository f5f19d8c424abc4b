"""Retries while the artifact store is away or a disk is full: both pass, and what was computed so far is not lost."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Result = TypeVar("Result")

PAUSES_SECONDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Between two attempts of something short: half a minute in all."""
LONG_PAUSES_SECONDS = (5.0, 25.0)
"""Between two attempts of something long."""


def with_store_retry(
    act: Callable[[], Result],
    waiting: Callable[[OSError], object],
    sleep: Callable[[float], object],
    pauses: Sequence[float] = PAUSES_SECONDS,
) -> Result:
    """What `act` returns. `waiting` hears of each failed attempt but the last.

    Raises:
        OSError: it failed each time.
    """
    for pause in pauses:
        try:
            return act()
        except OSError as error:
            waiting(error)
        sleep(pause)
    return act()
