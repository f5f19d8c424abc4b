"""The data of a run: three splits of one data set."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from gradus.dataset_plan import DatasetPlan
from gradus.spec.loss import Task
from gradus.wire.finding import Finding
from models.batch import Scale
from worker.training.target_scale import NOT_SCALED, TargetScale


@dataclass(frozen=True, eq=False)
class Split:
    """Inputs and targets of some examples."""

    inputs: Tensor
    """float32, or uint8 that stands for x / largest, (n, inputs)."""
    targets: Tensor
    """int64 classes (n,); or float32 labels, 0 or 1, (n, labels); or float32 values, standardized by the data's
    `target_scale`, (n,) for one target or (n, targets)."""
    largest: float | None = None
    """The value that byte inputs are divided by in each batch; None for float32."""
    weights: Tensor | None = None
    """Weight of each example in the gradient, float32 (n,), with mean 1, so that learning rates keep their meaning: the
    weight in the data set times the weight of the class; None if all are equal. Only used for the training split."""
    evaluation_weights: Tensor | None = None
    """Weight of each example in reported losses, float32 (n,), with mean 1: the weight in the data set, without
    that of the class; None if all are equal. Accuracies count every example once."""

    def __post_init__(self) -> None:
        assert self.inputs.ndim == 2
        assert (self.inputs.dtype == torch.uint8) == (self.largest is not None)
        assert self.targets.shape[:1] == self.inputs.shape[:1]
        for weights in (self.weights, self.evaluation_weights):
            assert weights is None or weights.shape == self.inputs.shape[:1]

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def effective_examples(self) -> float | None:
        """Examples of equal weight that the weighted ones stand for, (Σw)² / Σw² (Kish, Survey Sampling, 1965); None
        without weights."""
        if self.weights is None:
            return None
        weights = self.weights.double()
        return float(weights.sum() ** 2 / weights.square().sum())

    def to(self, device: torch.device, dtype: torch.dtype) -> "Split":
        """The split on a device, with floating-point numbers of a dtype; not copied if nothing changes. Bytes stay
        bytes if the dtype is float32, in which batches are divided by `largest`."""
        return Split(
            inputs=self._numbers(dtype).to(device),
            targets=self.targets.to(device, dtype) if self.targets.is_floating_point() else self.targets.to(device),
            largest=self.largest if dtype == torch.float32 else None,
            weights=None if self.weights is None else self.weights.to(device, dtype),
            evaluation_weights=None if self.evaluation_weights is None else self.evaluation_weights.to(device, dtype),
        )

    def _numbers(self, dtype: torch.dtype) -> Tensor:
        if self.largest is None:
            return self.inputs.to(dtype)
        if dtype == torch.float32:
            return self.inputs
        return Scale(self.largest, torch.empty(0)).numbers(self.inputs.cpu()).to(dtype)

    @property
    def total_weight(self) -> float:
        """Sum of the weights of reported losses: n if all are equal."""
        weights = self.evaluation_weights
        return len(self) if weights is None else float(weights.sum(dtype=torch.float64))


def with_mean_one(weights: Tensor) -> Tensor:
    """Example weights (n,) divided by their mean, float32.

    Raises:
        ValueError: a weight is negative, or all are 0.
    """
    mean = float(weights.mean(dtype=torch.float64))
    if bool((weights < 0).any()) or not mean > 0:
        raise ValueError("weights must be 0 or more, and at least one must be more than 0")
    return (weights.double() / mean).float()


@dataclass(frozen=True, eq=False)
class Data:
    """The training, validation and test split, and their shape."""

    train: Split
    validation: Split
    test: Split
    plan: DatasetPlan
    target_scale: TargetScale = NOT_SCALED
    preprocessing: str | None = None
    """JSON of the fitted preprocessing that made the inputs, which checkpoints keep."""
    is_encoded: bool = False
    """Whether the inputs were encoded from a table that somebody uploaded."""
    notes: tuple[str, ...] = ()
    """Log lines of all runs on these data, such as how many rows were left out."""
    findings: tuple[Finding, ...] = ()
    """Findings about the data, for this target and this split."""
    is_mapped: bool = False
    """Whether the inputs are memory-mapped files, which are shared with other processes and read-only."""

    @property
    def task(self) -> Task:
        """What the network learns."""
        return self.plan.task

    def to(self, device: torch.device, dtype: torch.dtype) -> "Data":
        """The data on a device, with floating-point numbers of a dtype."""
        train, validation, test = (split.to(device, dtype) for split in (self.train, self.validation, self.test))
        is_mapped = self.is_mapped and train.inputs.data_ptr() == self.train.inputs.data_ptr()
        return replace(self, train=train, validation=validation, test=test, is_mapped=is_mapped)
