"""What is to be trained: experiments, the jobs that train them, the sweeps that ask for them."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.database.columns import Moment, Real
from hub.tables.base import Table


class JobRow(Table):
    """One unit of work for lease and resume: the experiments that train together, most often one."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    device: Mapped[str] = mapped_column(String(10))
    """The kind of device to wait for: auto, cpu, cuda."""
    done: Mapped[bool] = mapped_column(Boolean, default=False)
    owner: Mapped[str | None] = mapped_column(String(40))
    """The worker that holds the lease."""
    token: Mapped[int] = mapped_column(BigInteger, default=0)
    """The fencing number: grows with each lease."""
    last_write: Mapped[str | None] = mapped_column(String(40))
    """The id of the newest write under a lease: one that is repeated, since nobody heard of its commit, is known."""
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    losses: Mapped[int] = mapped_column(Integer, default=0)
    """Leases lost in a row without a new epoch or checkpoint."""
    hinted_at: Mapped[datetime] = mapped_column(Moment)
    """When a worker was last told of it."""
    places: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    """How many experiments it was made of: the size of the array that trains, whoever of them is left."""

    __table_args__ = (Index("ix_jobs_open", "done", "hinted_at", "id"),)


class ExperimentRow(Table):
    """What was asked, how far it is, what came of it."""

    __tablename__ = "experiments"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id"))
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    place: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """In its job's array: 0 is the first."""
    sweep_id: Mapped[str | None] = mapped_column(String(40))
    sweep_label: Mapped[str | None] = mapped_column(Text)
    """Which change of the sweep's base it is."""
    forked_from: Mapped[str | None] = mapped_column(String(40))
    forked_epoch: Mapped[int | None] = mapped_column(Integer)
    """The epoch of that one's checkpoint from which it goes on; null from the start."""
    extensions: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How often it was given more epochs."""
    extended_at: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    """JSON list: the epochs after which it was, where that may change numbers."""
    extended_from: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    """JSON list: how many it was to have before each."""
    history: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of how it came about, where that may change numbers; null if a fresh run of its spec has the same."""
    name: Mapped[str] = mapped_column(String(200))
    tags: Mapped[str] = mapped_column(Text)
    """JSON list."""
    notes: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(12))
    request: Mapped[str | None] = mapped_column(String(12))
    """The status that a person wants of a running experiment."""
    spec: Mapped[str] = mapped_column(Text)
    """JSON, resolved, without name, tags and notes."""
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    dataset: Mapped[str] = mapped_column(String(100))
    parameters: Mapped[int] = mapped_column(BigInteger)
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    epochs: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[float] = mapped_column(Real, default=0.0)
    """Of all epochs recorded."""
    latest: Mapped[str | None] = mapped_column(Text)
    """The newest metrics row as JSON, so that a list needs no join."""
    best: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    device: Mapped[str | None] = mapped_column(String(100))
    moved_from: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")
    """JSON list: the devices that trained it before this one."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    events: Mapped[int] = mapped_column(Integer, default=0)
    """Number of the newest row in its event log."""
    events_pruned: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Up to this number only log lines are left of it."""
    log_closed_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    """When it ended; null while it is open, and once its old events are gone."""
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Grows with every change; the ETag."""

    __table_args__ = (
        Index("ix_experiments_workspace", "workspace_id", "id"),
        Index("ix_experiments_status", "workspace_id", "status", "id"),
        Index("ix_experiments_dataset", "workspace_id", "dataset", "id"),
        Index("ix_experiments_sweep", "workspace_id", "sweep_id", "id"),
    )


class SweepRow(Table):
    """What was asked to be tried out; its experiments name it."""

    __tablename__ = "sweeps"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id"))
    name: Mapped[str] = mapped_column(String(200))
    request: Mapped[str] = mapped_column(Text)
    """JSON, resolved, with all that was added later."""
    base_label: Mapped[str | None] = mapped_column(Text)
    """The label of the base, if it is among the changes."""
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_sweeps_workspace", "workspace_id", "id"),)
