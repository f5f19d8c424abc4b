"""One job in the trainer: its data, where its experiments stand, and their training."""

import logging
from dataclasses import replace
from pathlib import Path

import torch

from gradus.spec.dataset import Dataset
from gradus.status import FailureCode, Status
from gradus.wire.event import StepProgress
from hub.artifacts.store import artifact_store
from hub.jobs.checkpoint_ref import is_graft
from worker.checkpoint.files import CheckpointState
from worker.checkpoint.restore import extend, graft, restore
from worker.checkpoint.writer import CheckpointWriter
from worker.data.cache import DataCache
from worker.data.load import load
from worker.trainer.array_slots import Stand, groups, in_step, seated
from worker.trainer.failures import failure
from worker.trainer.pipe import Pipe
from worker.trainer.progress import Progress
from worker.trainer.protocol import Begun, Ended, Report, Said, StepReached, Train, Trainee
from worker.trainer.run_loop import RunLoop
from worker.training.data import Data

logger = logging.getLogger(__name__)


class Job:
    """Trains the experiments of one order, as arrays of those that stand at the same step."""

    def __init__(self, pipe: Pipe, order: Train, cache: DataCache, place: torch.device) -> None:
        self._pipe = pipe
        self._order = order
        self._cache = cache
        self._place = place
        self._store = artifact_store(order.artifacts_url)
        self._progress = Progress(pipe.say, order.pulse_seconds)
        self._writer = CheckpointWriter(self._store, order.token, wait=self._progress.wait)
        self._open = {trainee.id: trainee for trainee in order.trainees}

    def train(self) -> bool:
        """Until every experiment has ended or was stopped. Whatever goes wrong ends those that are left.

        Whether there was memory for it: after a failed allocation libraries are not to be trusted.
        """
        try:
            self._train_and_write()
        except Exception as error:
            logger.exception("the job failed")
            failed = failure(error)
            for one in self._open:
                self._pipe.say(Ended(id=one, status=Status.FAILED, failure=failed))
            return failed.code is not FailureCode.OUT_OF_MEMORY
        return True

    def _train_and_write(self) -> None:
        try:
            self._train()
        finally:
            self._writer.close()

    def _train(self) -> None:
        data = self._data(self._order.trainees[0].spec.dataset)
        stands = self._progress.wait_for(self._stands)
        self._say(Begun())
        for group in groups(stands):
            if not any(trainee.id in self._open for trainee, _ in group):
                continue  # stopped before their turn
            seats = seated(group, self._order.places)
            run_loop = RunLoop(self._pipe, self._writer, self._progress, self._open, seats, data, self._place)
            run_loop.run(self._order.checkpoint_seconds)

    def _data(self, dataset: Dataset) -> Data:
        folders = [Path(folder) for folder in self._order.dataset_dirs]

        def read(wanted: Dataset) -> Data:
            return load(wanted, folders, self._tell_all).to(self._place, torch.float32)

        return self._cache.get(dataset, lambda wanted: self._progress.wait_for(lambda: read(wanted)))

    def _stands(self) -> list[Stand]:
        return [(trainee, self._restore(trainee)) for trainee in in_step(self._order.trainees)]

    def _restore(self, trainee: Trainee) -> CheckpointState | None:
        def say(message: str, level: str) -> None:
            self._say(Said(id=trainee.id, message=message, level=level))

        found = restore(self._store, trainee.checkpoints, say, self._progress.sleep)
        if found is None:
            return None
        saved, kept = found
        if is_graft(saved.key):
            return replace(kept, state=graft(kept.state))
        if kept.extensions < trainee.extensions:
            return replace(kept, state=extend(kept.state))
        return kept

    def _tell_all(self, news: str | StepProgress) -> None:
        self._progress.renew()
        if isinstance(news, StepProgress):
            self._say(StepReached(ids=tuple(self._open), step=news))
            return
        for one in self._open:
            self._say(Said(id=one, message=news))

    def _say(self, report: Report) -> None:
        self._writer.keep({}, lambda _: self._pipe.say(report))
