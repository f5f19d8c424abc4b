"""Problems: RFC 9457 documents, and the parts of an invalid document that they repeat."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from gradus.wire.message import Message


class Mistake(Message):
    """One thing wrong with a document."""

    path: str
    """Where: keys and indices joined by `/`, in keys `~1` for `/` and `~0` for `~`; empty for the document itself."""
    message: str
    input: Any = None
    """The invalid value at the place."""


class Problem(Message):
    """RFC 9457 `application/problem+json`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    """The error code, for programs; the last part of `type`."""
    errors: tuple[Mistake, ...] = ()
    """Every mistake, if the spec is invalid."""


MOST = 100
"""Maximum number of mistakes that are sent back. A document may have a hundred thousand, and wording each takes some
time."""
ECHO = 500
"""Maximum number of characters of an input that are sent back."""
DEEPEST = 20
"""Maximum number of levels of lists and objects in an input that are sent back."""


def echo(value: Any) -> Any:
    """The input, if it is small enough to send back and can be written in UTF-8."""
    text = _beginning(value)
    if len(text) > ECHO:
        return encodable(f"{text[:ECHO]}…")
    if _is_deep(value):
        return encodable(text)
    try:
        json.dumps(value, ensure_ascii=False, default=repr).encode()
    except UnicodeEncodeError:
        return encodable(text)
    return value


def _beginning(value: Any, levels: int = DEEPEST) -> str:
    """The value's representation; a long one is cut somewhere beyond the limit, because writing out a megabyte takes
    time."""
    if isinstance(value, str):
        return repr(value[: ECHO + 1])
    if isinstance(value, Mapping | list | tuple) and not levels:
        return "…"
    if isinstance(value, Mapping):
        items = (f"{_beginning(key)}: {_beginning(one, levels - 1)}" for key, one in value.items())
        return f"{{{_joined(items)}}}"
    if isinstance(value, list | tuple):
        brackets = "[]" if isinstance(value, list) else "()"
        return f"{brackets[0]}{_joined(_beginning(one, levels - 1) for one in value)}{brackets[1]}"
    return repr(value)


def _is_deep(value: Any, levels: int = DEEPEST) -> bool:
    """Whether the value has more levels than are sent back."""
    if not isinstance(value, Mapping | list | tuple):
        return False
    inner = value.values() if isinstance(value, Mapping) else value
    return not levels or any(_is_deep(one, levels - 1) for one in inner)


def _joined(parts: Iterable[str]) -> str:
    found: list[str] = []
    size = 0
    for part in parts:
        found.append(part)
        size += len(part)
        if size > ECHO:
            break
    return ", ".join(found)


def encodable(text: str) -> str:
    """The text with halves of surrogate pairs, which JSON can hold and UTF-8 cannot, written as `\\udxxx`."""
    return text.encode(errors="backslashreplace").decode()
