"""The members of a training run: the best epoch of each, what was noted about it, and how it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isnan

from torch import Tensor

from gradus.spec.experiment import Spec
from models.early_stopping import rule
from worker.training.baseline import DEAD_UNIT_EXAMPLES, Baseline
from worker.training.data import Data
from worker.training.divergence import DivergenceMonitor, largest_layer
from worker.training.engine import Engine
from worker.training.report import Divergence, Ending, Finished, Guessing, MemberEpoch, StoppedEarly
from worker.training.state import MemberState


class Members:
    """The members of one run, by their number in it."""

    def __init__(
        self, experiments: Sequence[Spec], data: Data, engine: Engine, monitor: DivergenceMonitor, inputs: Tensor
    ) -> None:
        """`inputs` are those of the validation examples, (n, *input_shape), on the engine's device."""
        self._experiments = experiments
        self._engine = engine
        self._monitor = monitor
        self._examples = inputs[:DEAD_UNIT_EXAMPLES]
        self._rules = [rule(experiment.early_stopping, data.task) for experiment in experiments]
        outputs = engine.plans[0].outputs
        self._baselines = {kind: Baseline(data, kind, outputs) for kind in {*engine.losses}}
        self.states = [MemberState() for _ in experiments]

    @property
    def active(self) -> list[bool]:
        """Whether each member still trains."""
        return [member.ending is None for member in self.states]

    def sound(self, members: Sequence[int]) -> list[int]:
        """The given members that still train, and were not found to diverge."""
        return [k for k in members if self.states[k].divergence is None and self.states[k].ending is None]

    def note(self, found: Mapping[int, Divergence]) -> None:
        """Note that members diverge; they end with their epoch."""
        for k, divergence in found.items():
            from_start = divergence.cause == "learning_rate" and self._monitor.exploded_at_start(k)
            told = replace(divergence, cause="initial_weights") if from_start else divergence
            self.states[k] = replace(self.states[k], divergence=told)

    def note_exploding(self, epoch: int, first_steps: Sequence[int]) -> None:
        """Note the members whose loss exploded in this epoch. `first_steps` has the step for each; 0 for the others."""
        for k, step in enumerate(first_steps):
            if step and self.states[k].divergence is None:
                self.note({k: Divergence(epoch, step, largest_layer(self._engine, k))})

    def close(self, k: int, epoch: int, step: int, *numbers: float) -> MemberEpoch:
        """A member's results of an epoch, from the epoch's metrics and learning rate; updates the state of the
        member."""
        train_loss, train_right, loss, right, test_loss, test_right, penalty, norm, rate = numbers
        value = right if self._rules[k].metric == "validation_accuracy" else loss
        standing = self.states[k].standing.after(epoch, value, self._rules[k])
        self.states[k] = replace(self.states[k], standing=standing)
        self.states[k] = replace(self.states[k], ending=self._ending(k, epoch))
        return MemberEpoch(
            epoch=epoch,
            step=step,
            train_loss=train_loss,
            train_accuracy=_known(train_right),
            validation_loss=loss,
            validation_accuracy=_known(right),
            test_loss=test_loss,
            test_accuracy=_known(test_right),
            penalty=penalty,
            learning_rate=rate,
            gradient_norm=norm,
            is_best=standing.best_epoch == epoch,
            ending=self.states[k].ending,
            guessing=self._note_guess(k, loss, _known(right)),
        )

    def _ending(self, k: int, epoch: int) -> Ending | None:
        member = self.states[k]
        if member.divergence is not None:
            return member.divergence
        if epoch >= self._experiments[k].epochs:
            return Finished()
        return StoppedEarly(member.standing.best_epoch) if self._rules[k].stops(member.standing) else None

    def _note_guess(self, k: int, loss: float, accuracy: float | None) -> Guessing | None:
        """The warning for a member that has learned nothing, if it is due. A diverged member needs none."""
        before, ending = self.states[k].guesses, self.states[k].ending
        if before is None or isinstance(ending, Divergence):
            return None
        baseline = self._baselines[self._engine.losses[k]]
        if baseline.is_beaten_by(loss, accuracy):
            self.states[k] = replace(self.states[k], guesses=None)
            return None
        after = before.after(loss, epochs=self._experiments[k].epochs, is_over=ending is not None)
        self.states[k] = replace(self.states[k], guesses=after)
        if before.said or not after.said:
            return None
        dead = self._engine.dead_units(self._examples, k)
        return Guessing(after.epochs, accuracy, loss, baseline.value, baseline.answer, tuple(dead))


def _known(accuracy: float) -> float | None:
    return None if isnan(accuracy) else accuracy
