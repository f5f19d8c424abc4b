"""Acts as the worker: trains an experiment in this process, with a checkpoint after every epoch."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from gradus.status import Status
from hub.hub import Hub
from hub.jobs import claims, runs
from hub.jobs.checkpoint_ref import CheckpointRef, key_of
from hub.tables import ExperimentRow
from preprocessing.table import Table
from worker.checkpoint.files import CheckpointState, write
from worker.data.array_cache import ArrayCache
from worker.data.load import load
from worker.data.uploaded import Uploaded, load_uploaded
from worker.trainer.convert import metrics_row
from worker.training.data import Data
from worker.training.report import EpochReport
from worker.training.train import Training, train


def train_here(hub: Hub, experiment_id: str, folder: Path) -> Training:
    """Train an experiment to its end. `folder` is for the encoded data."""
    with hub.read() as session:
        row = session.get_one(ExperimentRow, experiment_id)
    with hub.write() as session:
        claim = claims.claim(session, row.job_id, "worker", "cpu:1")
    assert claim is not None
    (member,) = claim.members
    data = _data(hub, claim, folder)
    training = train([member.spec], data, torch.device("cpu"))
    for report in training:
        if not isinstance(report, EpochReport) or (of_one := report.members[0]) is None:
            continue
        kept = _kept(hub, claim, training, data)
        epoch = runs.EpochResult(metrics_row(of_one, 0.1, 100), of_one.is_best, kept)
        with hub.write() as session:
            runs.record_epochs(session, claim.lease, {member.id: epoch})
    with hub.write() as session:
        runs.end(session, claim.lease, member.id, Status.SUCCEEDED)
    return training


def _data(hub: Hub, claim: claims.Claim, folder: Path) -> Data:
    (member,) = claim.members
    if claim.table is None:
        return load(member.spec.dataset, member.data, hub.settings.dataset_dirs, print)
    uploaded, key, digest = Uploaded(member.spec.dataset, member.data), claim.table.key, claim.table.digest

    @contextmanager
    def opened() -> Iterator[Table]:
        with hub.local_copies.opened(key, digest) as stored:
            yield Table(stored)

    return load_uploaded(uploaded, opened, ArrayCache(folder), print)


def _kept(hub: Hub, claim: claims.Claim, training: Training, data: Data) -> CheckpointRef:
    state = training.state()
    checkpoint = CheckpointState(state, 0.0, 0, training.layout, data.preprocessing)
    key = key_of(claim.members[0].id, claim.lease.token, state.epoch, state.step)
    receipt = hub.artifacts.put(key, lambda folder: write(checkpoint, folder))
    return CheckpointRef(
        key=key, digest=receipt.digest, size=receipt.size, epoch=state.epoch, step=state.step, whole=True
    )
