"""What has to happen once a transaction is committed: rings and hints. Lost ones cost a moment, never a fact."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session


@dataclass
class Outbox:
    """Gathered while a transaction runs."""

    rings: set[str] = field(default_factory=set)
    """Experiments with new events."""
    controls: set[str] = field(default_factory=set)
    """Jobs of which a person wants something."""
    hints: list[tuple[str, str]] = field(default_factory=list)
    """Job id and device of jobs to be taken up."""


def outbox(session: Session) -> Outbox:
    """The session's own."""
    box: Outbox = session.info.setdefault("outbox", Outbox())
    return box
