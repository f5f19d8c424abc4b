"""What is known about a run before its first epoch: its spec, and what a probe measured."""

from dataclasses import dataclass

from gradus.dataset_plan import DatasetPlan
from gradus.spec.experiment import Spec
from gradus.spec.network import NetworkPlan
from gradus.spec.optimizer import SGD, Momentum
from gradus.wire.probe import (
    ProbedData,
    ProbedEffort,
    ProbedLayer,
    ProbedRate,
    ProbedSeed,
    ProbedStart,
    ProbedStep,
    ProbedTwenty,
)
from insight.widths import is_too_narrow

LEARNS = 0.5
STUCK, UNLEARNED = 3.0, 0.9
"""A network hardly moves if its planned steps would lower the loss by less than `STUCK` times its size, and twenty
steps on one batch leave more than the share `UNLEARNED` of its loss."""


@dataclass(frozen=True)
class Measured:
    """What a probe measures."""

    data: ProbedData
    start: ProbedStart
    layers: tuple[ProbedLayer, ...]
    """The layers with weights from input to output, the output layer last."""
    step: ProbedStep
    twenty: ProbedTwenty
    seeds: tuple[ProbedSeed, ...]
    effort: ProbedEffort

    @property
    def rate(self) -> ProbedRate:
        """The first step at the spec's learning rate, which is the middle one of those probed."""
        return self.step.rates[len(self.step.rates) // 2]

    @property
    def hidden(self) -> tuple[ProbedLayer, ...]:
        """The hidden layers with weights."""
        return self.layers[:-1]


@dataclass(frozen=True)
class Start:
    """A spec with every default written out, its network, and what a probe measured of it."""

    spec: Spec
    data: DatasetPlan
    network: NetworkPlan
    measured: Measured

    @property
    def is_adaptive(self) -> bool:
        """Whether the optimizer divides each gradient by its own size, so that its scale does not matter."""
        return not isinstance(self.spec.optimizer, SGD | Momentum)

    @property
    def is_normalized(self) -> bool:
        """Whether every hidden layer with weights has batch normalization."""
        hidden = self.measured.hidden
        return bool(hidden) and all(layer.batch_norm for layer in hidden)

    @property
    def is_narrow(self) -> bool:
        """Whether a dense hidden layer has too few units to tell the classes apart. Such a layer lets through little of
        the gradient, so that D says less about the steps."""
        classes = len(self.data.classes)
        return self.data.task == "classification" and any(
            one.kind == "dense" and is_too_narrow(one.units, classes) for one in self.measured.hidden
        )

    @property
    def learns_at_once(self) -> bool:
        """Whether twenty steps on one batch halve its loss. If so, whatever looks bad does not keep the network from
        learning."""
        return self.measured.twenty.final < LEARNS

    @property
    def hardly_moves(self) -> bool:
        """Whether the network stays near its start: neither the planned steps, judged by the first one, nor twenty
        steps on one batch get it away from there."""
        return 0 < self.measured.rate.decrease < STUCK and self.measured.twenty.final > UNLEARNED
