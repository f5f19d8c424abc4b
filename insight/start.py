"""What is known of a run before its first epoch: its spec, and what a probe measured."""

from dataclasses import dataclass

from gradus.dataset_plan import DatasetPlan
from gradus.spec.experiment import Spec
from gradus.spec.network import NetworkPlan
from gradus.wire.probe import ProbedData, ProbedLayer, ProbedSeed, ProbedStart, ProbedStep, ProbedTwenty


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
