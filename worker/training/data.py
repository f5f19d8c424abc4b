"""The data of a run: three splits of one data set."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from gradus.spec.loss import Task
from worker.training.target_scale import NOT_SCALED, TargetScale


@dataclass(frozen=True, eq=False)
class Split:
    """Inputs and targets of some examples."""

    inputs: Tensor
    """float32, (n, inputs)."""
    targets: Tensor
    """int64 classes, or float32 values, standardized by the data's `target_scale`, (n,)."""

    def __post_init__(self) -> None:
        assert self.inputs.ndim == 2
        assert self.targets.shape == self.inputs.shape[:1]

    def __len__(self) -> int:
        return len(self.targets)

    def to(self, device: torch.device, dtype: torch.dtype) -> "Split":
        """The split on a device, with floating-point numbers of a dtype; not copied if nothing changes."""
        targets = self.targets.to(device, dtype) if self.targets.is_floating_point() else self.targets.to(device)
        return replace(self, inputs=self.inputs.to(device, dtype), targets=targets)


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
