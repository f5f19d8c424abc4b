"""How many keys that no spec has are looked at in one document: each takes a kilobyte before it is told or left out."""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Any

MANY = 1000
"""In a whole document; several times as many as are told."""


class _Left:
    """How many more the document may have."""

    def __init__(self) -> None:
        self.keys = MANY


_left: ContextVar[_Left | None] = ContextVar("unknown_keys_left", default=None)


@contextmanager
def counted() -> Iterator[None]:
    """What is validated inside is one document, or part of the one that is being validated."""
    if _left.get() is not None:
        yield
        return
    token = _left.set(_Left())
    try:
        yield
    finally:
        _left.reset(token)


def bounded(value: Any, known: Container[str]) -> Any:
    """The object with no more unknown keys than its document may still have; but with one, so that it is refused."""
    left = _left.get()
    if left is None or not isinstance(value, Mapping):
        return value
    unknown = list(islice((key for key in value if key not in known), left.keys + 2))
    if not unknown:
        return value
    kept = frozenset(unknown[: max(1, left.keys)])
    left.keys = max(0, left.keys - len(kept))
    return value if len(kept) == len(unknown) else {k: one for k, one in value.items() if k in known or k in kept}
