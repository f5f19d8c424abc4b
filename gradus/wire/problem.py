"""Problems: RFC 9457 documents, and how a validation error becomes one's list of mistakes."""

from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gradus.spec.batch_norm import BatchNorm
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Experiment
from gradus.spec.layer import Dense
from gradus.spec.stopping import EarlyStopping
from gradus.wire.message import Message

TAGGED_FIELDS = frozenset({"optimizer", "schedule", "init"})
"""Fields after whose name pydantic puts the kind into an error's place."""


class Mistake(Message):
    """One thing wrong with a document."""

    path: str
    """Where: keys and indices joined by `/`; empty for the document itself."""
    message: str
    input: Any = None
    """What stood there."""


class Problem(Message):
    """RFC 9457 `application/problem+json`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    """For programs; the last part of `type`."""
    errors: tuple[Mistake, ...] = ()
    """For a bad spec: every mistake."""


def mistakes(error: ValidationError) -> tuple[Mistake, ...]:
    """Every mistake once, at the place where the client wrote it."""
    found: dict[str, Mistake] = {}
    details = error.errors(include_url=False)
    deepest = {_path(detail) for detail in details}
    for detail in details:
        path = _path(detail)
        if detail["type"] == "literal_error" and any(other.startswith(f"{path}/") for other in deepest):
            continue  # the client chose the other side of the union
        message = _message(detail)
        if path in found:
            message = f"{found[path].message}, or {message[:1].lower()}{message[1:]}"
        found[path] = Mistake(path=path, message=message, input=_echo(detail["input"]))
    return tuple(found.values())


def _path(detail: ErrorDetails) -> str:
    """Pydantic's place without the names of union members."""
    place = detail["loc"]
    kept = [
        str(part)
        for before, part in zip((None, *place), place, strict=False)
        if isinstance(part, int) or (before not in TAGGED_FIELDS and part[:1].islower() and part.isidentifier())
    ]
    if place and detail["type"] == "extra_forbidden" and (not kept or kept[-1] != place[-1]):
        kept.append(str(place[-1]))
    return "/".join(kept)


def _message(detail: ErrorDetails) -> str:
    if detail["type"] != "extra_forbidden":
        return detail["msg"]
    key = str(detail["loc"][-1])
    close = get_close_matches(key, _KEYS, n=1)
    return f"unknown key '{key[:100]}'" + (f": did you mean '{close[0]}'?" if close else "")


def _echo(value: Any) -> Any:
    """The input, if it is small enough to send back."""
    return value if len(repr(value)) <= 500 else f"{repr(value)[:500]}…"


_KEYS = [key for word in (Experiment, Dense, Dataset, BatchNorm, EarlyStopping) for key in word.model_fields]
