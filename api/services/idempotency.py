"""Idempotent requests: executed once, and each repeat gets the first response."""

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
    """The result of a request."""

    id: str
    """Id of the experiment, the sweep or the data set."""
    answer: str
    """The response's JSON: the experiment, the sweep or the data set as it was at the first execution."""
    version: int | None = None
    """The version of the experiment in `answer`; None for others, and for a repeat."""
    seen: ExperimentRecord | None = None
    """The experiment in `answer`, if `version` is set."""
    replayed: bool = False
    """Whether this is the stored result of an earlier request with the same key."""


Execute = Callable[[Session], Outcome]
"""Executes the request in one transaction."""


def once(hub: Hub, request: Repeatable | None, execute: Execute) -> Outcome:
    """Execute the request, or return the result of its first execution. Without a key it is always executed.

    Raises:
        Conflict: the key was used for another request.
    """
    with hub.write() as session:
        if request is None:
            return execute(session)
        first = idempotency.claim(session, request)
        if first is not None:
            return replay(first)
        outcome = execute(session)
        idempotency.keep(session, request, outcome.id, outcome.answer, now(session))
        return outcome


def earlier(hub: Hub, request: Repeatable | None) -> Outcome | None:
    """The result of the first execution; None if there was none.

    Raises:
        Conflict: the key was used for another request.
    """
    if request is None:
        return None
    with hub.read() as session:
        first = idempotency.first(session, request)
    return None if first is None else replay(first)


def replay(first: IdempotencyRow) -> Outcome:
    """The stored result of the first execution."""
    return Outcome(idempotency.subject(first), first.answer, replayed=True)
