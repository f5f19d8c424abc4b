"""Whether data have a nonlinear rule: a kernel model and a linear model predict the same held-out examples."""

from math import sqrt

import torch
from torch import Tensor

RIDGE = 1.0
"""Ridge penalty of the kernel model; an example's kernel with itself is 1."""


def kernel_ridge(x: Tensor, y: Tensor, asked: Tensor) -> Tensor:
    """Predictions (m, outputs) for the examples `asked` (m, inputs), from examples x (n, inputs) with targets
    y (n, outputs): kernel ridge regression with the kernel exp(-d² / 2s²), where s is the median distance."""
    distances = torch.cdist(x, x)
    scale = distances.median().clamp(min=torch.finfo(x.dtype).tiny)
    mean, kernel = y.mean(0), _kernel(distances, scale)
    kernel.diagonal().add_(RIDGE)
    predicted: Tensor = _kernel(torch.cdist(asked, x), scale) @ torch.linalg.solve(kernel, y - mean) + mean
    return predicted


def saved(linear: Tensor, curved: Tensor, truth: Tensor, *, is_class: bool) -> tuple[float, float]:
    """The share of the linear model's errors that the other model avoids, and the paired t of the difference over the
    examples. Predictions and truth are (m, outputs). For classes, an error is an example whose largest output is not
    that of its class; for regression, errors are squared differences.
    """
    before, after = (_errors(one, truth, is_class=is_class) for one in (linear, curved))
    difference = before - after
    error = float(difference.std()) / sqrt(len(difference))
    gain, total = float(difference.mean()), float(before.mean())
    return (gain / total if total > 0 else 0.0), (gain / error if error > 0 else 0.0)


def _kernel(distances: Tensor, scale: Tensor) -> Tensor:
    return distances.div_(scale).square_().mul_(-0.5).exp_()


def _errors(predicted: Tensor, truth: Tensor, *, is_class: bool) -> Tensor:
    """(m,), float64."""
    if is_class:
        return (predicted.argmax(1) != truth.argmax(1)).double()
    return (predicted - truth).double().square().sum(1)
