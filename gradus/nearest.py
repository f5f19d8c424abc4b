"""The name that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(given: str, known: Iterable[str]) -> str | None:
    """The known name that is most like the given one, whatever the case of either; None if none is like it."""
    folded = {name.lower(): name for name in known}
    close = get_close_matches(given[:100].lower(), folded, n=1)
    return folded[close[0]] if close else None
