"""Retries while the artifact store is unavailable or a disk is full: both are temporary, and computed results are not
lost."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Result = TypeVar("Result")

PAUSES_SECONDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Pauses between the attempts of short work: half a minute in all."""
LONG_PAUSES_SECONDS = (5.0, 25.0)
"""Pauses between the attempts of long work."""


def with_store_retry(
    act: Callable[[], Result],
    waiting: Callable[[OSError], object],
    sleep: Callable[[float], object],
    pauses: Sequence[float] = PAUSES_SECONDS,
) -> Result:
    """The result of `act`. `waiting` gets the error of each failed attempt but the last.

    Raises:
        OSError: every attempt failed.
    """
    for pause in pauses:
        try:
            return act()
        except OSError as error:
            waiting(error)
        sleep(pause)
    return act()
