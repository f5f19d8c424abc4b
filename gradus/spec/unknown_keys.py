"""A limit on the unknown keys of one document: the validation error of each takes a kilobyte, even if not reported."""

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Any

MAX_UNKNOWN_KEYS = 1000
"""Per document; several times the number of errors that are reported."""


class _Budget:
    """The number of unknown keys that may still be validated in the document."""

    def __init__(self) -> None:
        self.keys = MAX_UNKNOWN_KEYS


_budget: ContextVar[_Budget | None] = ContextVar("unknown_keys_budget", default=None)


@contextmanager
def limited() -> Iterator[None]:
    """Limit the unknown keys of the document that is validated inside; a nested call shares the outer limit."""
    if _budget.get() is not None:
        yield
        return
    token = _budget.set(_Budget())
    try:
        yield
    finally:
        _budget.reset(token)


def in_document() -> bool:
    """Whether a document is validated, rather than the keywords of a class."""
    return _budget.get() is not None


def drop_excess(value: Any, known: Container[str]) -> Any:
    """Drop the unknown keys of an object beyond the document's limit; keep at least one, so that validation fails."""
    budget = _budget.get()
    if budget is None or not isinstance(value, Mapping):
        return value
    unknown = list(islice((key for key in value if key not in known), budget.keys + 2))
    if not unknown:
        return value
    kept = frozenset(unknown[: max(1, budget.keys)])
    budget.keys = max(0, budget.keys - len(kept))
    if len(kept) == len(unknown):
        return value
    return {key: item for key, item in value.items() if key in known or key in kept}
