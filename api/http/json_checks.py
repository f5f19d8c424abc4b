"""What of a JSON document cannot be kept: text that no database takes, and shapes that exhaust whoever walks them."""

import re
from collections.abc import Iterator
from typing import Any

from api.limits import DEPTH, WIDTH
from gradus.wire.problem import Mistake

_KEY = 300
"""No document has a longer key. Each mistake below it would repeat it: a body of 1 MiB could ask for gigabytes."""
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, which Postgres cannot hold, and halves of surrogate pairs, which UTF-8 cannot."""


def unstorable(value: Any, *place: str) -> Iterator[Mistake]:
    """Every such mistake of the value that stands at the place, in order.

    Places are joined for mistakes alone: joined for each of a million numbers they would not fit into memory.
    """
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            yield _mistake(place, "may not contain NUL characters or lone surrogates")
    elif isinstance(value, dict | list) and (why := _too_large(value, len(place))):
        yield _mistake(place, why)
    elif isinstance(value, dict):
        for key, item in value.items():
            if wrong := _wrong(key):
                yield _mistake((*place, key[:_KEY]), wrong)
            else:
                yield from unstorable(item, *place, key)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            if isinstance(item, str | dict | list):
                yield from unstorable(item, *place, str(i))


def _too_large(value: dict[str, Any] | list[Any], depth: int) -> str | None:
    """Each entry may be a mistake, which takes a kilobyte of memory before it is known to be one too many."""
    if depth >= DEPTH:
        return f"is nested more than {DEPTH} levels deep"
    return f"has more than {WIDTH:,} entries, and nothing may have so many" if len(value) > WIDTH else None


def _wrong(key: str) -> str | None:
    if _UNSTORABLE.search(key):
        return "is a key with a NUL character or a lone surrogate"
    return f"is a key of more than {_KEY} characters" if len(key) > _KEY else None


def _mistake(place: tuple[str, ...], message: str) -> Mistake:
    return Mistake(path="/".join(place).encode(errors="backslashreplace").decode(), message=message)
