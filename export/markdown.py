"""Texts of users as Markdown that shows them literally."""

import re
from collections.abc import Sequence

SHOWN = 8
"""The largest number of names in a line."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~&])")


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(literal(name) for name in names[:SHOWN])
    return f"{shown} and {len(names) - SHOWN} more" if len(names) > SHOWN else shown


def literal(text: str) -> str:
    """A user's text as Markdown that shows it literally, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
