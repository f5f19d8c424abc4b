"""What has to happen once a transaction is committed: rings, hints, files that go. Lost ones cost a moment, never a
fact."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class OrphanCleanup:
    """Files to go: those of an experiment that leases up to a number left without a name."""

    experiment_id: str
    token: int


@dataclass
class Outbox:
    """Gathered while a transaction runs."""

    events: set[str] = field(default_factory=set)
    """Experiments with new events."""
    controls: set[str] = field(default_factory=set)
    """Jobs of which a person wants something."""
    jobs: list[tuple[str, str]] = field(default_factory=list)
    """Job id and device of jobs to be taken up."""
    deletions: list[str] = field(default_factory=list)
    """Keys in the artifact store that go, unless a row still names them."""
    sweeps: list[OrphanCleanup] = field(default_factory=list)
    """Experiments whose files are to be tidied up."""


def outbox(session: Session) -> Outbox:
    """The session's own."""
    box: Outbox = session.info.setdefault("outbox", Outbox())
    return box
