"""One job in the trainer: loads its data and checkpoints, and trains its experiments."""

import logging
from dataclasses import replace
from pathlib import Path

import torch

from gradus.device_name import ONEDNN_EVERYWHERE
from gradus.spec.layout import layout
from gradus.spec.network import plan
from gradus.spec.precision import EMULATED
from gradus.status import FailureCode, Status
from gradus.wire.event import StepProgress
from hub.artifacts.local_copies import FOLDER, LocalCopies
from hub.artifacts.store import artifact_store
from hub.jobs.checkpoint_ref import is_copied
from worker.checkpoint.files import CheckpointState
from worker.checkpoint.restore import extend, fork_state, restore
from worker.checkpoint.writer import CheckpointWriter
from worker.data.array_cache import ENCODED
from worker.data.built_in_images import load_shared
from worker.data.cache import DataCache
from worker.trainer.array_slots import StartingPoint, align_checkpoints, fill_slots, group_by_step
from worker.trainer.failures import failure
from worker.trainer.memory_trim import trim_heap
from worker.trainer.peak_memory import PeakMemory
from worker.trainer.pipe import Pipe
from worker.trainer.progress import Progress
from worker.trainer.protocol import Ended, Found, LogLine, Report, StepReached, Train, Trainee, TrainingStarted
from worker.trainer.run_loop import Hardware, RunLoop
from worker.trainer.yardstick import priors
from worker.training.data import Data

logger = logging.getLogger(__name__)


class Job:
    """Trains the experiments of one job. Experiments at the same step train together, as an array."""

    def __init__(
        self,
        pipe: Pipe,
        command: Train,
        cache: DataCache,
        device: torch.device,
        products: str = ONEDNN_EVERYWHERE,
        peak: PeakMemory | None = None,
    ) -> None:
        """`peak` measures the job's memory. By default, a new one measures it from now on; pass one to measure from the
        start of the process."""
        self._pipe = pipe
        self._command = command
        self._cache = cache
        self._hardware = Hardware(device, products, peak or PeakMemory(device))
        self._store = artifact_store(command.artifacts_url)
        self._progress = Progress(pipe.send, command.pulse_seconds)
        self._writer = CheckpointWriter(self._store, command.token, wait=self._progress.wait)
        self._unfinished = {trainee.id: trainee for trainee in command.trainees}
        first = command.trainees[0]
        self._layout = layout(plan(first.spec, first.data))  # that of all: members of an array have one shape

    def train(self) -> bool:
        """Train until every experiment has ended or was stopped; an error fails all remaining experiments.

        Returns False after running out of memory: libraries are not reliable after a failed allocation.
        """
        try:
            self._train_and_write()
        except Exception as error:
            logger.exception("the job failed")
            failed = failure(error)
            for one in self._unfinished:
                self._pipe.send(Ended(id=one, status=Status.FAILED, failure=failed))
            return failed.code is not FailureCode.OUT_OF_MEMORY
        return True

    def _train_and_write(self) -> None:
        self._hardware.peak.begin()
        try:
            self._train()
        finally:
            self._writer.close()

    def _train(self) -> None:
        starts = self._progress.wait_for(self._starting_points)
        preprocessing = next((one.preprocessing for _, one in starts if one and one.preprocessing), None)
        data = self._data(self._command.trainees[0], preprocessing)
        self._tell_of(data)
        if self._command.trainees[0].spec.precision == "bfloat16" and all(
            checkpoint is None for _, checkpoint in starts
        ):
            self._log_for_all(EMULATED)
        self._send(TrainingStarted(priors=priors(self._unfinished.values(), data)))
        for group in group_by_step(starts):
            if not any(trainee.id in self._unfinished for trainee, _ in group):
                continue  # stopped before their turn
            filled = fill_slots(group, self._command.places)
            run_loop = RunLoop(self._pipe, self._writer, self._progress, self._unfinished, filled, data, self._hardware)
            run_loop.run(self._command.checkpoint_seconds)

    def _data(self, trainee: Trainee, preprocessing: str | None) -> Data:
        """The data, encoded by the preprocessing of a checkpoint if the run continues from one."""

        def read() -> Data:
            load_data = self._load_built_in if trainee.spec.dataset.digest is None else self._load_uploaded
            data = load_data(trainee, preprocessing).to(self._hardware.device, torch.float32)
            trim_heap()  # what loading has freed would stay until the end of the run
            return data

        dataset = trainee.spec.dataset.without_augmentation()
        return self._cache.get(dataset, lambda: self._progress.wait_for(read), preprocessing)

    def _tell_of(self, data: Data) -> None:
        for note in data.notes:
            self._log_for_all(note)
        if data.findings:
            self._send(Found(ids=tuple(self._unfinished), findings=data.findings))

    def _load_built_in(self, trainee: Trainee, _: str | None) -> Data:
        return load_shared(trainee.spec.dataset, trainee.data, self._dataset_folders, self._log_for_all)

    def _load_uploaded(self, trainee: Trainee, preprocessing: str | None) -> Data:
        from worker.trainer.uploaded_data import uploaded_data  # noqa: PLC0415 (DuckDB may not be installed)

        dataset, folder = trainee.spec.dataset, self._dataset_folders[-1] / ENCODED
        copies = LocalCopies(self._store, self._dataset_folders[-1] / FOLDER)
        return uploaded_data(
            dataset, trainee.data, preprocessing, copies, self._command.table, folder, self._log_for_all
        )

    @property
    def _dataset_folders(self) -> list[Path]:
        return [Path(folder) for folder in self._command.dataset_dirs]

    def _starting_points(self) -> list[StartingPoint]:
        return [(trainee, self._restore(trainee)) for trainee in align_checkpoints(self._command.trainees)]

    def _restore(self, trainee: Trainee) -> CheckpointState | None:
        def log(message: str, level: str) -> None:
            self._send(LogLine(id=trainee.id, message=message, level=level))

        restored = restore(self._store, trainee.checkpoints, self._layout, log, self._progress.sleep)
        if restored is None:
            return None
        saved, checkpoint = restored
        if is_copied(saved.key):
            return replace(checkpoint, state=fork_state(checkpoint.state), preprocessing=None)  # it has its own
        if checkpoint.extensions < trainee.extensions:
            return replace(checkpoint, state=extend(checkpoint.state))
        return checkpoint

    def _log_for_all(self, news: str | StepProgress) -> None:
        self._progress.renew()
        if isinstance(news, StepProgress):
            self._send(StepReached(ids=tuple(self._unfinished), step=news))
            return
        for one in self._unfinished:
            self._send(LogLine(id=one, message=news))

    def _send(self, report: Report) -> None:
        """Send a report after the checkpoints that were submitted before it."""
        self._writer.submit({}, lambda _: self._pipe.send(report))
