"""Every write of a worker, and everything that can be read about an experiment afterwards."""

import inspect
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session

from gradus.status import Status
from gradus.wire.event import StepProgress
from gradus.wire.finding import Evidence, Finding
from hub.experiments import events, experiments, metrics
from hub.experiments.mapping import record
from hub.hub import Hub
from hub.jobs import checkpoints, data_findings, runs
from hub.jobs.checkpoint_ref import CheckpointRef, key_of
from hub.jobs.leases import Lease
from hub.tables import JobRow
from tests.integration.hub.work import metrics_row

Write = Callable[[Session, Lease, str], None]


def saved(lease: Lease, one: str, epoch: int = 2) -> CheckpointRef:
    return CheckpointRef(
        key=key_of(one, lease.token, epoch, epoch), digest="0" * 64, size=1, epoch=epoch, step=epoch, whole=True
    )


FINDING = Finding(
    id="data_constant",
    severity="note",
    column="x",
    because="'x' has one value in all rows: it cannot help",
    evidence=(Evidence(statistic="share of one value", column="x", value=1.0, threshold=0.999),),
)

WRITES: dict[str, Write] = {
    "heartbeat": lambda session, lease, _: runs.heartbeat(session, lease),
    "record_epochs": lambda session, lease, one: runs.record_epochs(
        session, lease, {one: runs.EpochResult(metrics_row(2), best=True, checkpoint=saved(lease, one))}
    ),
    "record_checkpoint": lambda session, lease, one: runs.record_checkpoint(session, lease, one, saved(lease, one, 1)),
    "record_late": lambda session, lease, one: runs.record_late(session, lease, one, saved(lease, one, 1)),
    "write_log": lambda session, lease, one: runs.write_log(session, lease, one, "still here"),
    "report_progress": lambda session, lease, one: runs.report_progress(
        session, lease, [one], StepProgress(what="downloading x", done=1, total=2, unit="bytes")
    ),
    "record_findings": lambda session, lease, one: data_findings.record_findings(session, lease, [one], [FINDING]),
    "end": lambda session, lease, one: runs.end(session, lease, one, Status.SUCCEEDED, reason="it was enough"),
    "release_experiment": lambda session, lease, one: runs.release_experiment(
        session, lease, one, saved(lease, one, 1), "back into the queue"
    ),
    "hand_back": lambda session, lease, _: runs.hand_back(session, lease, "going"),
    "record_loss": lambda session, lease, _: runs.record_loss(session, lease, "its trainer is gone"),
}


def public_writes() -> set[str]:
    """The names of all functions of these modules that write under a lease."""
    return {
        name
        for module in (runs, data_findings)
        for name, one in inspect.getmembers(module, inspect.isfunction)
        if one.__module__ == module.__name__
        and "lease" in inspect.signature(one).parameters
        and name[0] != "_"
        and one is not runs.training  # it reads
    }


def put(hub: Hub, kept: CheckpointRef) -> None:
    """Store the files of a checkpoint."""
    hub.artifacts.put(kept.key, _fill)


def _fill(folder: Path) -> None:
    (folder / "weights").write_bytes(b"weights")


def everything(hub: Hub, one: str) -> tuple[object, ...]:
    """Everything that can be read about an experiment."""
    with hub.read() as session:
        row = experiments.get(session, one)
        assert row is not None
        job = session.get_one(JobRow, row.job_id)
        return (
            record(row).model_dump(),
            (job.owner, job.token, job.lease_until, job.done, job.losses),
            metrics.read(session, one),
            [(event.seq, event.kind, event.data) for event in events.of_experiment(session, one, 0, 100)],
            [(kept.key, kept.digest) for kept in checkpoints.newest_first(session, one)],
        )
