"""The outbox of a transaction: messages to send and files to delete after the commit. Losing them only causes delay,
never a loss of data."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class OrphanCleanup:
    """A request to delete an experiment's orphaned files: files of leases up to a token to which no row refers."""

    experiment_id: str
    token: int


@dataclass
class Outbox:
    """Collected during a transaction."""

    events: set[str] = field(default_factory=set)
    """Experiments and data sets with new events, and questions with an answer."""
    controls: set[str] = field(default_factory=set)
    """Jobs with a new control request."""
    jobs: list[tuple[str, str]] = field(default_factory=list)
    """Id and device of jobs to queue."""
    readings: list[str] = field(default_factory=list)
    """Ids of versions of data sets to read."""
    examinations: list[str] = field(default_factory=list)
    """Ids of versions of data sets to examine for another target."""
    questions: list[str] = field(default_factory=list)
    """Ids of questions to answer."""
    deletions: list[str] = field(default_factory=list)
    """Keys of artifacts to delete, unless a row still refers to them."""
    orphans: list[OrphanCleanup] = field(default_factory=list)
    """Orphaned files to delete."""


def outbox(session: Session) -> Outbox:
    """The outbox of this database session."""
    present: Outbox = session.info.setdefault("outbox", Outbox())
    return present
