"""The data of a run: three splits of one data set."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from gradus.spec.loss import Task
from models.batch import Scale
from worker.training.target_scale import NOT_SCALED, TargetScale


@dataclass(frozen=True, eq=False)
class Split:
    """Inputs and targets of some examples."""

    inputs: Tensor
    """float32, or uint8 that stands for x / largest, (n, inputs)."""
    targets: Tensor
    """int64 classes, or float32 values, standardized by the data's `target_scale`, (n,)."""
    largest: float | None = None
    """What bytes are divided by, in each batch; None for float32."""

    def __post_init__(self) -> None:
        assert self.inputs.ndim == 2
        assert (self.inputs.dtype == torch.uint8) == (self.largest is not None)
        assert self.targets.shape == self.inputs.shape[:1]

    def __len__(self) -> int:
        return len(self.targets)

    def to(self, device: torch.device, dtype: torch.dtype) -> "Split":
        """The split on a device, with floating-point numbers of a dtype; not copied if nothing changes. Bytes
        stay bytes for float32, in which they are divided."""
        targets = self.targets.to(device, dtype) if self.targets.is_floating_point() else self.targets.to(device)
        if self.largest is None:
            return replace(self, inputs=self.inputs.to(device, dtype), targets=targets)
        if dtype == torch.float32:
            return replace(self, inputs=self.inputs.to(device), targets=targets)
        numbers = Scale(self.largest, torch.empty(0)).numbers(self.inputs.cpu())
        return replace(self, inputs=numbers.to(device, dtype), targets=targets, largest=None)


@dataclass(frozen=True, eq=False)
class Data:
    """The training, validation and test split."""

    train: Split
    validation: Split
    test: Split
    task: Task
    target_scale: TargetScale = NOT_SCALED

    def to(self, device: torch.device, dtype: torch.dtype) -> "Data":
        """The data on a device, with floating-point numbers of a dtype."""
        train, validation, test = (split.to(device, dtype) for split in (self.train, self.validation, self.test))
        return replace(self, train=train, validation=validation, test=test)
