"""The data of a run: three splits of one data set, as loaders hand them over."""

from dataclasses import dataclass, replace

from torch import Tensor, device

from gradus.spec.loss import Task


@dataclass(frozen=True, eq=False)
class Split:
    """Examples and what is to be learned of them."""

    inputs: Tensor
    """float32, (n, inputs)."""
    targets: Tensor
    """int64 classes or float32 values, (n,)."""

    def __post_init__(self) -> None:
        assert self.inputs.ndim == 2
        assert self.targets.shape == self.inputs.shape[:1]

    def __len__(self) -> int:
        return len(self.targets)

    def to(self, place: device) -> "Split":
        """The same on another device; itself if it is there."""
        return replace(self, inputs=self.inputs.to(place), targets=self.targets.to(place))


@dataclass(frozen=True, eq=False)
class Data:
    """What an epoch trains on, and what its two evaluations see."""

    train: Split
    validation: Split
    test: Split
    task: Task

    def to(self, place: device) -> "Data":
        """The same on another device."""
        return replace(self, train=self.train.to(place), validation=self.validation.to(place), test=self.test.to(place))
