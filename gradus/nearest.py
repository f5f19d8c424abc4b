"""Suggestions for misspelled names."""

from collections.abc import Iterable
from difflib import get_close_matches
from heapq import nsmallest

_LENGTH = 100
"""Characters of a name that are compared: the comparison takes the product of two lengths."""
_COMPARED = 100
"""Names that are compared in full."""


def nearest(given: str, known: Iterable[str]) -> str | None:
    """The known name most similar to the given one, ignoring case; None if none is similar.

    Of many names, only those with the most characters in common are compared.
    """
    wanted = given[:_LENGTH].lower()
    folded = {name[:_LENGTH].lower(): name for name in known}
    close = get_close_matches(wanted, _likeliest(wanted, folded), n=1)
    return folded[close[0]] if close else None


def _likeliest(wanted: str, names: dict[str, str]) -> Iterable[str]:
    if len(names) <= _COMPARED or wanted in names:
        return [wanted] if wanted in names else names
    characters = set(wanted)

    def unlike(name: str) -> int:
        return abs(len(name) - len(wanted)) + len(characters.symmetric_difference(name))

    return nsmallest(_COMPARED, names, key=unlike)
