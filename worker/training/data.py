"""The data of a run: three splits of one data set, as loaders hand them over."""

from dataclasses import dataclass, replace

from torch import Tensor, device, dtype

from gradus.spec.loss import Task
from worker.training.target_scale import OWN_UNITS, TargetScale


@dataclass(frozen=True, eq=False)
class Split:
    """Examples and what is to be learned of them."""

    inputs: Tensor
    """float32, (n, inputs)."""
    targets: Tensor
    """int64 classes, or float32 values, standardized by the data's `target_scale`, (n,)."""

    def __post_init__(self) -> None:
        assert self.inputs.ndim == 2
        assert self.targets.shape == self.inputs.shape[:1]

    def __len__(self) -> int:
        return len(self.targets)

    def to(self, place: device, number: dtype) -> "Split":
        """The same on a device, with inputs and values of a type; the same memory where it is so already."""
        targets = self.targets.to(place, number) if self.targets.is_floating_point() else self.targets.to(place)
        return replace(self, inputs=self.inputs.to(place, number), targets=targets)


@dataclass(frozen=True, eq=False)
class Data:
    """What an epoch trains on, and what its two evaluations see."""

    train: Split
    validation: Split
    test: Split
    task: Task
    target_scale: TargetScale = OWN_UNITS

    def to(self, place: device, number: dtype) -> "Data":
        """The same on a device, with numbers of a type."""
        train, validation, test = (split.to(place, number) for split in (self.train, self.validation, self.test))
        return replace(self, train=train, validation=validation, test=test)
