"""Experiments, the jobs that train them, and sweeps."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from hub.database.columns import Moment, Real
from hub.tables.base import Table


def _own_id(context: DefaultExecutionContext) -> str:
    return str(context.get_current_parameters()["id"])  # type: ignore[no-untyped-call]


class JobRow(Table):
    """A unit of work with one lease: experiments that train together, usually one."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    device: Mapped[str] = mapped_column(String(10))
    """The requested kind of device: auto, cpu, cuda."""
    workspace_id: Mapped[str | None] = mapped_column(String(40))
    """The workspace of its experiments; null only where an older version added the job."""
    priority: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """The highest priority of its experiments."""
    queue_key: Mapped[str] = mapped_column(String(40), default=_own_id, server_default="")
    """Jobs of the same workspace and priority start in the order of this key. At first, it is the job's id. When the
    job's turn is over, the job gets a new key, behind all waiting jobs."""
    turn_until: Mapped[datetime | None] = mapped_column(Moment)
    """When the current turn of a training job ends; null once the job gives way to others."""
    done: Mapped[bool] = mapped_column(Boolean, default=False)
    owner: Mapped[str | None] = mapped_column(String(40))
    """The worker that holds the lease."""
    token: Mapped[int] = mapped_column(BigInteger, default=0)
    """The fencing token, which increases with each lease."""
    last_write: Mapped[str | None] = mapped_column(String(40))
    """The id of the newest write under a lease, to recognize a retry of a write whose commit was not acknowledged."""
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    losses: Mapped[int] = mapped_column(Integer, default=0)
    """Consecutive lost leases without a new epoch or checkpoint."""
    message_sent_at: Mapped[datetime] = mapped_column("hinted_at", Moment)
    """When a job message was last sent for the job."""
    places: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """Number of experiments at creation: the size of the array, even if some have ended since."""

    __table_args__ = (
        Index("ix_jobs_open", "done", "hinted_at", "id"),
        Index(
            "ix_jobs_waiting",
            "workspace_id",
            "device",
            "priority",
            "queue_key",
            sqlite_where=text("done = 0 AND owner IS NULL"),
            postgresql_where=text("NOT done AND owner IS NULL"),
        ),
        Index(
            "ix_jobs_taken",
            "owner",
            "workspace_id",
            sqlite_where=text("owner IS NOT NULL"),
            postgresql_where=text("owner IS NOT NULL"),
        ),
    )


class ExperimentRow(Table):
    """An experiment: its spec, progress and results."""

    __tablename__ = "experiments"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id"))
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    place: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Index in the job's array, from 0."""
    sweep_id: Mapped[str | None] = mapped_column(String(40))
    sweep_label: Mapped[str | None] = mapped_column(Text)
    """The label of the sweep's change."""
    forked_from: Mapped[str | None] = mapped_column(String(40))
    forked_epoch: Mapped[int | None] = mapped_column(Integer)
    """The epoch of the parent's checkpoint from which the fork starts; null = from scratch."""
    extensions: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Number of extensions."""
    extended_at: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    """JSON list: the epochs after which the run was extended, if this affects its numbers."""
    extended_from: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    """JSON list: the planned epochs before each extension in `extended_at`."""
    history: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the forks and extensions that affect the numbers; null if a new run of the spec gives the same
    numbers."""
    name: Mapped[str] = mapped_column(String(200))
    tags: Mapped[str] = mapped_column(Text)
    """JSON list."""
    notes: Mapped[str] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    status: Mapped[str] = mapped_column(String(12))
    request: Mapped[str | None] = mapped_column(String(12))
    """The requested status of a running experiment."""
    spec: Mapped[str] = mapped_column(Text)
    """JSON, resolved, without name, tags and notes."""
    data: Mapped[str | None] = mapped_column(Text)
    """JSON of the `DatasetPlan`; null in rows of older versions, all of which have built-in data sets."""
    findings: Mapped[str | None] = mapped_column(Text)
    """JSON list of findings; null before any was recorded."""
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    dataset: Mapped[str] = mapped_column(String(100))
    parameters: Mapped[int] = mapped_column(BigInteger)
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    epochs: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[float] = mapped_column(Real, default=0.0)
    """Training time of all recorded epochs."""
    latest: Mapped[str | None] = mapped_column(Text)
    """The newest metrics row as JSON, so that a list needs no join."""
    best: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    peak_memory_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """Peak memory of its job; null if it is unknown."""
    device: Mapped[str | None] = mapped_column(String(100))
    moved_from: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    """JSON list: earlier devices that trained the experiment."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    events: Mapped[int] = mapped_column(Integer, default=0)
    """Number of the newest row in the experiment's event log."""
    events_pruned: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Up to this number, only log lines are left in the event log."""
    log_closed_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    """When the event log ended; null while it is open, and again after its old events were deleted."""
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Increases with every change; used as ETag."""

    __table_args__ = (
        Index("ix_experiments_workspace", "workspace_id", "id"),
        Index("ix_experiments_status", "workspace_id", "status", "id"),
        Index("ix_experiments_dataset", "workspace_id", "dataset", "id"),
        Index("ix_experiments_sweep", "workspace_id", "sweep_id", "id"),
    )


class SweepRow(Table):
    """A sweep's request. The sweep's experiments refer to this row."""

    __tablename__ = "sweeps"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id"))
    name: Mapped[str] = mapped_column(String(200))
    request: Mapped[str] = mapped_column(Text)
    """The resolved request as JSON, with all extensions."""
    base_label: Mapped[str | None] = mapped_column(Text)
    """The label of the base, if it is among the changes."""
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_sweeps_workspace", "workspace_id", "id"),)
