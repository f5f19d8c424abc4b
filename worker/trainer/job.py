"""One job in the trainer: its experiments train as an array, and everything that happens is reported."""

import logging
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import assert_never

import torch

from gradus.spec.dataset import Dataset
from gradus.status import FailureCode, Status
from gradus.wire.experiment import Failure
from gradus.wire.metrics import MetricsRow
from worker.data.cache import DataCache
from worker.data.load import load
from worker.trainer.failures import failure
from worker.trainer.pipe import Pipe
from worker.trainer.protocol import Ended, EpochDone, MemberRow, Said, Train, Trainee
from worker.training.data import Data
from worker.training.report import Divergence, Ending, EpochReport, Finished, MemberEpoch, StoppedEarly
from worker.training.train import train

logger = logging.getLogger(__name__)


class Job:
    """Drives the training loop, and holds the clock that the loop does not know."""

    def __init__(self, pipe: Pipe, order: Train, cache: DataCache, place: torch.device) -> None:
        self._pipe = pipe
        self._order = order
        self._cache = cache
        self._place = place
        self._open = {trainee.id: trainee for trainee in order.trainees}
        self._spent = {trainee.id: trainee.seconds for trainee in order.trainees}
        self._epoch = 1
        self._began = time.perf_counter()

    def train(self) -> None:
        """Until every experiment has ended or was stopped. Whatever goes wrong ends those that are left."""
        try:
            self._train()
        except Exception as error:
            logger.exception("the job failed")
            for one in list(self._open):
                self._end(one, Status.FAILED, failure(error))

    def _train(self) -> None:
        data = self._data(self._order.trainees[0].spec.dataset)
        self._began = time.perf_counter()
        for report in train([one.spec for one in self._order.trainees], data, self._place):
            if isinstance(report, EpochReport):
                self._tell(report, len(data.train))
            self._close_what_is_over()
            if not self._open:
                return

    def _data(self, dataset: Dataset) -> Data:
        folders = [Path(folder) for folder in self._order.dataset_dirs]
        return self._cache.get(dataset, lambda wanted: load(wanted, folders, self._say).to(self._place, torch.float32))

    def _say(self, message: str) -> None:
        for one in self._open:
            self._pipe.say(Said(id=one, message=message))

    def _tell(self, report: EpochReport, examples: int) -> None:
        now = time.perf_counter()
        seconds, self._began, self._epoch = now - self._began, now, report.epoch + 1
        pairs = zip(self._order.trainees, report.members, strict=True)
        trained = [(one, member) for one, member in pairs if member is not None and one.id in self._open]
        for trainee, _ in trained:
            if report.epoch > trainee.epoch:
                self._spent[trainee.id] += seconds
        rows = (MemberRow(id=one.id, row=_row(m, seconds, examples), best=m.is_best) for one, m in trained)
        self._pipe.say(EpochDone(members=tuple(rows)))
        for trainee, member in trained:
            if member.ending is not None:
                self._end_by(trainee, member.ending)

    def _close_what_is_over(self) -> None:
        """Forget what is to be stopped, and end what has had its seconds."""
        for one in self._pipe.stopped & self._open.keys():
            del self._open[one]
        for trainee in list(self._open.values()):
            limit = trainee.spec.max_seconds
            if limit is not None and self._seconds(trainee) >= limit:
                self._end(trainee.id, Status.SUCCEEDED, why=f"ended by max_seconds = {limit:g}")

    def _seconds(self, trainee: Trainee) -> float:
        """Of training, the epoch in progress included. Epochs that are recorded and only repeated do not count."""
        running = time.perf_counter() - self._began if self._epoch > trainee.epoch else 0.0
        return self._spent[trainee.id] + running

    def _end_by(self, trainee: Trainee, ending: Ending) -> None:
        match ending:
            case Finished():
                self._end(trainee.id, Status.SUCCEEDED)
            case StoppedEarly():
                self._end(trainee.id, Status.SUCCEEDED, why=_why_early(trainee, ending))
            case Divergence():
                self._end(trainee.id, Status.FAILED, _diverged(ending))
            case _:
                assert_never(ending)

    def _end(self, one: str, status: Status, failed: Failure | None = None, why: str = "") -> None:
        self._pipe.say(Ended(id=one, status=status, failure=failed, why=why))
        del self._open[one]


def _row(member: MemberEpoch, seconds: float, examples: int) -> MetricsRow:
    return MetricsRow(
        epoch=member.epoch,
        step=member.step,
        train_loss=member.train_loss,
        train_accuracy=member.train_accuracy,
        validation_loss=member.validation_loss,
        validation_accuracy=member.validation_accuracy,
        test_loss=member.test_loss,
        test_accuracy=member.test_accuracy,
        penalty=member.penalty,
        learning_rate=member.learning_rate,
        gradient_norm=member.gradient_norm,
        seconds=seconds,
        samples_per_second=examples / seconds,
        at=datetime.now(UTC),
    )


def _why_early(trainee: Trainee, ending: StoppedEarly) -> str:
    rule = trainee.spec.early_stopping
    assert rule is not None
    best = f"the best was epoch {ending.best_epoch}" if ending.best_epoch else "it was never a number"
    return f"stopped early: {rule.metric} did not improve for {rule.patience} epochs, {best}"


def _diverged(at: Divergence) -> Failure:
    return Failure(
        code=FailureCode.DIVERGED,
        message=f"the numbers are no longer finite since epoch {at.epoch}, step {at.step}, layer {at.layer}: "
        "take a smaller learning rate",
        epoch=at.epoch,
        step=at.step,
        layer=at.layer,
    )
