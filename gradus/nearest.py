"""Suggestions for misspelled names."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(given: str, known: Iterable[str]) -> str | None:
    """The known name most similar to the given one, ignoring case; None if none is similar."""
    folded = {name.lower(): name for name in known}
    close = get_close_matches(given[:100].lower(), folded, n=1)
    return folded[close[0]] if close else None
