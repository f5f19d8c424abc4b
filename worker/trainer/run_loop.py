"""Experiments on their way together: the training loop, its clock, and what is kept along the way."""

import time
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import assert_never

import torch

from gradus.spec.batch import examples_per_step
from gradus.spec.network import plan
from gradus.status import Status
from gradus.wire.experiment import Failure
from hub.jobs.checkpoint_ref import CheckpointRef
from worker.checkpoint.files import CheckpointState
from worker.checkpoint.writer import CheckpointWriter
from worker.trainer.convert import metrics_row, no_better_than_guessing, why_early
from worker.trainer.divergence_advice import diverged
from worker.trainer.pipe import Pipe
from worker.trainer.progress import Progress
from worker.trainer.protocol import Checkpointed, Ended, EpochDone, MemberRow, Report, Said, Stopped, Trainee
from worker.training.chunk import longest_piece
from worker.training.data import Data
from worker.training.report import Divergence, Ending, EpochReport, Finished, MemberEpoch, StoppedEarly
from worker.training.state import join
from worker.training.train import train


class RunLoop:
    """Drives the training loop, and holds the clock that the loop does not know."""

    def __init__(
        self,
        pipe: Pipe,
        writer: CheckpointWriter,
        progress: Progress,
        unfinished: dict[str, Trainee],
        stands: Sequence[tuple[Trainee, CheckpointState | None]],
        data: Data,
        place: torch.device,
    ) -> None:
        """`unfinished` are the experiments of the whole job that still want training: who ends is taken out."""
        self._pipe = pipe
        self._writer = writer
        self._progress = progress
        self._open = unfinished
        self._trainees = [trainee for trainee, _ in stands]
        kept = [one for _, one in stands if one is not None]
        state = join([one.state for one in kept]) if kept else None
        specs = [one.spec for one in self._trainees]
        batch = examples_per_step(specs[0].batch_size, len(data.train))
        progress.expect(longest_piece(plan(specs[0]), batch, len(specs)))
        self._training = train(specs, data, place, state=state, beat=progress.beat)
        self._examples = len(data.train)
        self._epoch = 1 + (state.epoch if state else 0)
        self._spent = {trainee.id: trainee.seconds for trainee in self._trainees}
        self._began = time.perf_counter() - max((one.seconds for one in kept), default=0.0)
        self._best: dict[str, CheckpointState] = {}

    def run(self, checkpoint_seconds: float) -> None:
        """Until every experiment of it has ended or was stopped. After so many seconds there is a checkpoint in the
        middle of an epoch, and after half of them one at its end, from where others can be forked."""
        self._close_what_was_over()
        for report in self._training:
            self._progress.beat()
            if isinstance(report, EpochReport):
                self._tell(report, self._writer.rested(checkpoint_seconds / 2))
            elif self._writer.rested(checkpoint_seconds):
                self._keep(self._mine)
            self._close_what_is_over()
            if not self._mine:
                return

    @property
    def _mine(self) -> list[str]:
        """Those of this course that still want training."""
        return [trainee.id for trainee in self._trainees if trainee.id in self._open]

    def _tell(self, report: EpochReport, rested: bool) -> None:
        now = time.perf_counter()
        seconds, self._began, self._epoch = now - self._began, now, report.epoch + 1
        pairs = zip(self._trainees, report.members, strict=True)
        trained = [(one, member) for one, member in pairs if member is not None and one.id in self._open]
        for trainee, _ in trained:
            if report.epoch > trainee.epoch:
                self._spent[trainee.id] += seconds
        rows = [MemberRow(id=one.id, row=metrics_row(m, seconds, self._examples), best=m.is_best) for one, m in trained]
        self._writer.keep(self._due(trained, rested), lambda saved: self._pipe.say(_epoch_done(rows, saved)))
        for trainee, member in trained:
            if member.guessing is not None and report.epoch > trainee.epoch:  # else it was said before
                self._say(Said(id=trainee.id, message=no_better_than_guessing(member.guessing), level="warning"))
            if member.ending is not None:
                self._end_by(trainee, member.ending)

    def _due(self, trained: Sequence[tuple[Trainee, MemberEpoch]], rested: bool) -> dict[str, CheckpointState]:
        """The states to be kept with this epoch. The best one waits in memory until the disk has rested.

        All or none: an array whose members stand at one step goes on as one.
        """
        wanted = rested or any(_is_wanted(one, member) for one, member in trained)
        due = {one.id for one, _ in trained} if wanted else set()
        best = {one.id for one, member in trained if member.is_best}
        states = self._states(due | best)
        self._best = {one: state for one, state in self._best.items() if one not in best}
        self._write_best(due)
        self._best.update((one, states[one]) for one in best - due if one in states)
        return {one: state for one, state in states.items() if one in due}

    def _keep(self, ids: Collection[str]) -> None:
        """Keep where they stand, with the best before."""
        self._write_best(ids)
        self._write(self._states(ids))

    def _write_best(self, ids: Collection[str]) -> None:
        self._write({one: self._best.pop(one) for one in ids if one in self._best})

    def _write(self, states: Mapping[str, CheckpointState]) -> None:
        def tell(saved: Mapping[str, CheckpointRef]) -> None:
            for one, its in saved.items():
                self._pipe.say(Checkpointed(id=one, saved=its))

        if states:
            self._writer.keep(states, tell)

    def _states(self, ids: Collection[str]) -> dict[str, CheckpointState]:
        """Where they stand, without those whose numbers ran away: nobody wants to go on from there."""
        if not ids:
            return {}
        seconds = time.perf_counter() - self._began
        pairs = zip(self._trainees, self._training.state().split(), strict=True)
        return {
            trainee.id: CheckpointState(state, seconds, trainee.extensions)
            for trainee, state in pairs
            if trainee.id in ids and state.members[0].divergence is None
        }

    def _close_what_was_over(self) -> None:
        """End what had trained to its end when its worker vanished before it could say so."""
        for trainee, member in zip(self._trainees, self._training.state().members, strict=True):
            if member.ending is not None and trainee.id in self._open:
                self._end_by(trainee, member.ending)

    def _close_what_is_over(self) -> None:
        """Let go of what is to be stopped, and end what has had its seconds."""
        self._stop({one: keep for one, keep in self._pipe.stopped.items() if one in self._open})
        for trainee in self._trainees:
            limit = trainee.spec.max_seconds
            if limit is not None and trainee.id in self._open and self._seconds(trainee) >= limit:
                self._keep([trainee.id])
                self._end(trainee.id, Status.SUCCEEDED, why=f"ended by max_seconds = {limit:g}")

    def _stop(self, wanted: Mapping[str, bool]) -> None:
        """Of each whether to keep where it stands: told one by one, as soon as it is written."""
        kept = [one for one, keep in wanted.items() if keep]
        self._write_best(kept)
        states = self._states(kept)  # of all at once: each time the whole array is copied
        for one in kept:
            its = {one: states[one]} if one in states else {}
            self._writer.keep(its, partial(self._say_stopped, one))
        for one in wanted:
            del self._open[one]

    def _say_stopped(self, one: str, saved: Mapping[str, CheckpointRef]) -> None:
        self._pipe.say(Stopped(id=one, saved=saved.get(one)))

    def _seconds(self, trainee: Trainee) -> float:
        """Of training, the epoch in progress included. Epochs that are recorded and only repeated do not count."""
        running = time.perf_counter() - self._began if self._epoch > trainee.epoch else 0.0
        return self._spent[trainee.id] + running

    def _end_by(self, trainee: Trainee, ending: Ending) -> None:
        match ending:
            case Finished():
                self._end(trainee.id, Status.SUCCEEDED)
            case StoppedEarly():
                assert trainee.spec.early_stopping is not None
                self._end(trainee.id, Status.SUCCEEDED, why=why_early(trainee.spec.early_stopping, ending))
            case Divergence():
                self._end(trainee.id, Status.FAILED, diverged(ending, trainee.spec))
            case _:
                assert_never(ending)

    def _end(self, one: str, status: Status, failed: Failure | None = None, why: str = "") -> None:
        self._say(Ended(id=one, status=status, failure=failed, why=why, epoch=self._epoch - 1))
        del self._open[one]

    def _say(self, report: Report) -> None:
        self._writer.keep({}, lambda _: self._pipe.say(report))


def _is_wanted(trainee: Trainee, member: MemberEpoch) -> bool:
    """Whether this epoch's checkpoint is wanted however short the epoch was: the last, and what the spec asks for."""
    every = trainee.spec.checkpoint.every
    return member.ending is not None or (every is not None and member.epoch % every == 0)


def _epoch_done(rows: Sequence[MemberRow], saved: Mapping[str, CheckpointRef]) -> EpochDone:
    return EpochDone(members=tuple(row.model_copy(update={"saved": saved.get(row.id)}) for row in rows))
