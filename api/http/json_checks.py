"""Checks of JSON documents: text that databases cannot store, and nesting or size that would exhaust memory."""

import re
from collections.abc import Iterator
from typing import Any

from api.limits import DEPTH, WIDTH
from gradus.pointer import pointer
from gradus.wire.problem import Mistake

_MAX_KEY_LENGTH = 300
"""No valid document has a key longer than this. Each mistake below a key repeats the key in its path, so with long keys
a body of 1 MiB could cause gigabytes of errors."""
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, which Postgres cannot store, and lone surrogates, which UTF-8 cannot encode."""


def unstorable(value: Any, *path: str) -> Iterator[Mistake]:
    """All texts that cannot be stored, and excessive nesting or size, in the value at this path, in order.

    Paths are joined only for mistakes: the joined paths of a million numbers would not fit into memory.
    """
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            yield _mistake(path, "may not contain NUL characters or lone surrogates")
    elif isinstance(value, dict | list) and (why := _too_large(value, len(path))):
        yield _mistake(path, why)
    elif isinstance(value, dict):
        for key, item in value.items():
            if fault := _key_fault(key):
                yield _mistake((*path, key[:_MAX_KEY_LENGTH]), fault)
            else:
                yield from unstorable(item, *path, key)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            if isinstance(item, str | dict | list):
                yield from unstorable(item, *path, str(i))


def _too_large(value: dict[str, Any] | list[Any], depth: int) -> str | None:
    """Why the value is too deep or too long, if it is. The length is limited because each entry may be a mistake, which
    takes a kilobyte of memory."""
    if depth >= DEPTH:
        return f"is nested more than {DEPTH} levels deep"
    return f"has more than {WIDTH:,} entries, the maximum" if len(value) > WIDTH else None


def _key_fault(key: str) -> str | None:
    if _UNSTORABLE.search(key):
        return "is a key with a NUL character or a lone surrogate"
    return f"is a key of more than {_MAX_KEY_LENGTH} characters" if len(key) > _MAX_KEY_LENGTH else None


def _mistake(path: tuple[str, ...], message: str) -> Mistake:
    return Mistake(path=pointer(path).encode(errors="backslashreplace").decode(), message=message)
