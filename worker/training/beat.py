"""The beat: what long work calls between its pieces, so that whoever waits for it sees that it gets on."""

from collections.abc import Callable

Beat = Callable[[], None]


def no_beat() -> None:
    """Where nobody waits."""
