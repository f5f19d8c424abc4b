"""Requests that may be repeated: done once, and answered each time with what was answered first."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gradus.wire.experiment import ExperimentRecord
from hub import idempotency
from hub.database.database import now
from hub.hub import Hub
from hub.idempotency import Repeatable
from hub.tables import IdempotencyRow


@dataclass(frozen=True)
class Outcome:
    """What came of a request."""

    id: str
    """Of the experiment or the sweep that it was about."""
    answer: str
    """That as it was then, JSON."""
    version: int | None = None
    """Which version of an experiment `answer` shows; None for a sweep, and for a repeat."""
    seen: ExperimentRecord | None = None
    """The experiment that `answer` shows, where there is a version."""
    replayed: bool = False
    """Whether an earlier request under the same key did it."""


Deed = Callable[[Session], Outcome]
"""What is done in one transaction, once."""


def once(hub: Hub, request: Repeatable | None, deed: Deed) -> Outcome:
    """Do it, or find what came of it the first time; without a key there is no first time.

    Raises:
        Conflict: the key was used for something else.
    """
    with hub.write() as session:
        if request is None:
            return deed(session)
        first = idempotency.claim(session, request)
        if first is not None:
            return replay(first)
        done = deed(session)
        idempotency.keep(session, request, done.id, done.answer, now(session))
        return done


def earlier(hub: Hub, request: Repeatable | None) -> Outcome | None:
    """What came of it the first time; None if there was none yet.

    Raises:
        Conflict: the key was used for something else.
    """
    if request is None:
        return None
    with hub.read() as session:
        first = idempotency.first(session, request)
    return None if first is None else replay(first)


def replay(first: IdempotencyRow) -> Outcome:
    """The first answer, again."""
    return Outcome(idempotency.subject(first), first.answer, replayed=True)
