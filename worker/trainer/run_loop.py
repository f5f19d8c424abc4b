"""The run loop of experiments that train together: iterates over training reports, measures time, sends results and
submits checkpoints."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import assert_never

import torch

from gradus.spec.batch import examples_per_step
from gradus.spec.network import plan
from gradus.status import Status
from gradus.wire.experiment import Failure
from hub.jobs.checkpoint_ref import CheckpointRef
from insight.in_run.class_imbalance import is_uneven
from insight.run import DivergenceCause
from worker.checkpoint.files import CheckpointState
from worker.checkpoint.writer import CheckpointWriter
from worker.trainer.convert import early_stopping_message, guessing_message, metrics_row, rounded
from worker.trainer.divergence_advice import cause_of, divergence_failure
from worker.trainer.peak_memory import PeakMemory
from worker.trainer.pipe import Pipe
from worker.trainer.progress import Progress
from worker.trainer.protocol import CheckpointWritten, Ended, EpochDone, LogLine, MemberRow, Report, Stopped, Trainee
from worker.trainer.yardstick import class_shares
from worker.training.chunk_length import longest_piece
from worker.training.data import Data
from worker.training.report import Divergence, Ending, EpochReport, Finished, MemberEpoch, StoppedEarly
from worker.training.state import join
from worker.training.train import train


@dataclass(frozen=True)
class Hardware:
    """What a job trains on."""

    device: torch.device
    products: str
    """The library for each large product, as in a `CpuName`."""
    peak: PeakMemory


class RunLoop:
    """Drives the training generator, which knows no clock, pipe or files."""

    def __init__(
        self,
        pipe: Pipe,
        writer: CheckpointWriter,
        progress: Progress,
        unfinished: dict[str, Trainee],
        starts: Sequence[tuple[Trainee, CheckpointState | None]],
        data: Data,
        hardware: Hardware,
    ) -> None:
        """`unfinished` holds the experiments of the whole job that still train; those that end are removed from it."""
        self._pipe = pipe
        self._writer = writer
        self._progress = progress
        self._unfinished = unfinished
        self._trainees = [trainee for trainee, _ in starts]
        checkpoints = [one for _, one in starts if one is not None]
        state = join([one.state for one in checkpoints]) if checkpoints else None
        specs = [one.spec for one in self._trainees]
        batch = examples_per_step(specs[0].batch_size, len(data.train))
        words = specs[0].dataset.augment
        progress.expect(longest_piece(plan(specs[0], data.plan), batch, len(specs), words))
        self._training = train(
            specs, data, hardware.device, state=state, on_progress=progress.beat, products=hardware.products
        )
        self._examples = len(data.train)
        self._peak = hardware.peak
        self._preprocessing = data.preprocessing
        self._plan = data.plan
        self._class_shares = class_shares(data)
        self._epoch = 1 + (state.epoch if state else 0)
        self._trained_seconds = {trainee.id: trainee.seconds for trainee in self._trainees}
        self._began = time.perf_counter() - max((one.seconds for one in checkpoints), default=0.0)
        self._best: dict[str, CheckpointState] = {}

    def run(self, checkpoint_seconds: float) -> None:
        """Run until every experiment has ended or was stopped. A checkpoint is written within an epoch if the last one
        is `checkpoint_seconds` old; at the end of an epoch, from where others can be forked, if it is half as old."""
        self._end_finished()
        for report in self._training:
            self._progress.beat()
            if isinstance(report, EpochReport):
                self._report_epoch(report, self._writer.is_due(checkpoint_seconds / 2))
            elif self._writer.is_due(checkpoint_seconds):
                self._checkpoint(self._training_ids)
            self._end_stopped()
            if not self._training_ids:
                return

    @property
    def _training_ids(self) -> list[str]:
        """The experiments of this loop that still train."""
        return [trainee.id for trainee in self._trainees if trainee.id in self._unfinished]

    def _report_epoch(self, report: EpochReport, is_due: bool) -> None:
        now = time.perf_counter()
        seconds, self._began, self._epoch = now - self._began, now, report.epoch + 1
        pairs = zip(self._trainees, report.members, strict=True)
        trained = [(one, member) for one, member in pairs if member is not None and one.id in self._unfinished]
        for trainee, _ in trained:
            if report.epoch > trainee.epoch:
                self._trained_seconds[trainee.id] += seconds
        rows = [self._row(one, member, seconds) for one, member in trained]
        due = self._due_checkpoints(trained, is_due)
        peak = self._peak.bytes()
        self._writer.submit(due, lambda saved: self._pipe.send(_epoch_done(rows, saved, peak)))
        for trainee, member in trained:
            if member.guessing is not None and report.epoch > trainee.epoch:  # else it was logged before
                self._send(LogLine(id=trainee.id, message=guessing_message(member.guessing), level="warning"))
            if member.ending is not None:
                self._end_by(trainee, member.ending)

    def _row(self, trainee: Trainee, member: MemberEpoch, seconds: float) -> MemberRow:
        row = metrics_row(member, seconds, self._examples)
        return MemberRow(id=trainee.id, row=row, best=member.is_best, measured=rounded(member.measured))

    def _due_checkpoints(
        self, trained: Sequence[tuple[Trainee, MemberEpoch]], is_due: bool
    ) -> dict[str, CheckpointState]:
        """The states to write after this epoch. A best state that is not due stays in memory until the next write.

        All members are written or none: only members at the same step can continue as one array.
        """
        wanted = is_due or any(_is_wanted(one, member) for one, member in trained)
        due = {one.id for one, _ in trained} if wanted else set()
        best = {one.id for one, member in trained if member.is_best}
        states = self._states(due | best)
        self._best = {one: state for one, state in self._best.items() if one not in best}
        self._write_best(due)
        self._best.update((one, states[one]) for one in best - due if one in states)
        return {one: state for one, state in states.items() if one in due}

    def _checkpoint(self, ids: Collection[str]) -> None:
        """Write the current states, and before them the best states that are still in memory."""
        self._write_best(ids)
        self._write(self._states(ids))

    def _write_best(self, ids: Collection[str]) -> None:
        self._write({one: self._best.pop(one) for one in ids if one in self._best})

    def _write(self, states: Mapping[str, CheckpointState]) -> None:
        def report(saved: Mapping[str, CheckpointRef]) -> None:
            for one, its in saved.items():
                self._pipe.send(CheckpointWritten(id=one, saved=its))

        if states:
            self._writer.submit(states, report)

    def _states(self, ids: Collection[str]) -> dict[str, CheckpointState]:
        """The current states, without those of diverged members, from which no run should continue."""
        if not ids:
            return {}
        seconds = time.perf_counter() - self._began
        pairs = zip(self._trainees, self._training.state().split(), strict=True)
        return {
            trainee.id: CheckpointState(state, seconds, trainee.extensions, self._training.layout, self._preprocessing)
            for trainee, state in pairs
            if trainee.id in ids and state.members[0].divergence is None
        }

    def _end_finished(self) -> None:
        """End experiments that had finished when their worker was lost, before it could report their end."""
        for trainee, member in zip(self._trainees, self._training.state().members, strict=True):
            if member.ending is not None and trainee.id in self._unfinished:
                self._end_by(trainee, member.ending)

    def _end_stopped(self) -> None:
        """Stop experiments as requested, and end those that have reached their time limit."""
        self._stop({one: keep for one, keep in self._pipe.stopped.items() if one in self._unfinished})
        for trainee in self._trainees:
            limit = trainee.spec.max_seconds
            if limit is not None and trainee.id in self._unfinished and self._seconds(trainee) >= limit:
                self._checkpoint([trainee.id])
                self._end(trainee.id, Status.SUCCEEDED, why=f"ended by max_seconds = {limit:g}")

    def _stop(self, requests: Mapping[str, bool]) -> None:
        """Stop experiments; the value says whether to write a checkpoint. Each is reported as soon as its checkpoint is
        written."""
        to_write = [one for one, keep in requests.items() if keep]
        self._write_best(to_write)
        states = self._states(to_write)  # of all at once, as each call copies the whole array
        for one in to_write:
            its = {one: states[one]} if one in states else {}
            self._writer.submit(its, partial(self._send_stopped, one))
        for one in requests:
            del self._unfinished[one]

    def _send_stopped(self, one: str, saved: Mapping[str, CheckpointRef]) -> None:
        self._pipe.send(Stopped(id=one, saved=saved.get(one)))

    def _seconds(self, trainee: Trainee) -> float:
        """Seconds of training, including the current epoch; repeating an epoch that was recorded before does not
        count."""
        running = time.perf_counter() - self._began if self._epoch > trainee.epoch else 0.0
        return self._trained_seconds[trainee.id] + running

    def _end_by(self, trainee: Trainee, ending: Ending) -> None:
        match ending:
            case Finished():
                self._end(trainee.id, Status.SUCCEEDED)
            case StoppedEarly():
                assert trainee.spec.early_stopping is not None
                self._end(trainee.id, Status.SUCCEEDED, why=early_stopping_message(trainee.spec.early_stopping, ending))
            case Divergence():
                failed = divergence_failure(ending, trainee.spec, self._plan)
                self._end(trainee.id, Status.FAILED, failed, cause=cause_of(ending, trainee.spec))
            case _:
                assert_never(ending)

    def _end(
        self,
        one: str,
        status: Status,
        failed: Failure | None = None,
        why: str = "",
        cause: DivergenceCause | None = None,
    ) -> None:
        recalls = () if failed else self._recalls(one)
        self._send(
            Ended(id=one, status=status, failure=failed, why=why, epoch=self._epoch - 1, cause=cause, recalls=recalls)
        )
        del self._unfinished[one]

    def _recalls(self, one: str) -> tuple[float, ...]:
        """If the classes are uneven, the share of each class that the network recognizes, which accuracy does not
        show."""
        if not is_uneven(self._class_shares):
            return ()
        return self._training.recalls([trainee.id for trainee in self._trainees].index(one))

    def _send(self, report: Report) -> None:
        """Send a report after the checkpoints that were submitted before it."""
        self._writer.submit({}, lambda _: self._pipe.send(report))


def _is_wanted(trainee: Trainee, member: MemberEpoch) -> bool:
    """Whether this epoch needs a checkpoint, however short the epoch was: it is the last, or the spec asks for one."""
    every = trainee.spec.checkpoint.every
    return member.ending is not None or (every is not None and member.epoch % every == 0)


def _epoch_done(rows: Sequence[MemberRow], saved: Mapping[str, CheckpointRef], peak: int | None) -> EpochDone:
    members = tuple(row.model_copy(update={"saved": saved.get(row.id)}) for row in rows)
    return EpochDone(members=members, peak_bytes=peak)
