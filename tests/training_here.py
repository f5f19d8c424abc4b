"""Trains an experiment in this process, as a worker would: with metrics rows and checkpoints."""

from collections.abc import Mapping

import torch

from hub.hub import Hub
from hub.jobs import claims, runs
from hub.tables import ExperimentRow
from tests.integration.hub.work import claim
from worker.data.cache import DataCache
from worker.trainer.job import Job
from worker.trainer.protocol import CheckpointWritten, Ended, EpochDone, Report, Train, Trainee


class _Recorded:
    """A substitute for the trainer's pipe that records reports in the database at once."""

    stopped: Mapping[str, bool] = {}

    def __init__(self, hub: Hub, claimed: claims.Claim) -> None:
        self._hub, self._lease = hub, claimed.lease

    def send(self, report: Report) -> None:
        with self._hub.write() as session:
            match report:
                case EpochDone(members=members):
                    results = {one.id: runs.EpochResult(one.row, one.best, one.saved) for one in members}
                    runs.record_epochs(session, self._lease, results)
                case CheckpointWritten(id=one, saved=saved):
                    runs.record_checkpoint(session, self._lease, one, saved)
                case Ended(id=one, status=status, failure=failure, why=why, epoch=epoch):
                    assert failure is None, failure
                    runs.end(session, self._lease, one, status, failure, why, epoch)
                case _:
                    pass


def train_here(hub: Hub, row: ExperimentRow) -> None:
    """Train a submitted experiment to its end."""
    claimed = claim(hub, row)
    command = Train(
        trainees=tuple(Trainee.model_validate(one, from_attributes=True) for one in claimed.members),
        dataset_dirs=tuple(map(str, hub.settings.dataset_dirs)),
        artifacts_url=hub.settings.artifacts_url,
        table=claimed.table,
        token=claimed.lease.token,
        checkpoint_seconds=1e9,
    )
    Job(_Recorded(hub, claimed), command, DataCache(2**30), torch.device("cpu")).train()  # type: ignore[arg-type]
