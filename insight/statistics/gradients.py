"""Statistics of gradients and of the steps that follow from them."""

from collections.abc import Sequence
from math import sqrt

import torch
from torch import Tensor


def norm(tensor: Tensor) -> Tensor:
    """L2 norm (K,) of each member's tensor (K, ...)."""
    result: Tensor = torch.linalg.vector_norm(tensor, dim=tuple(range(1, tensor.ndim)))
    return result


def delta_rms(dz: Tensor, examples: int) -> Tensor:
    """Root mean square (K,) of the gradient of an example's loss with respect to weighted sums, over examples and
    units.

    `dz` (K, n, units) is the gradient of the mean loss of a batch: for each example, 1/`examples` of the gradient of
    its own loss.
    """
    return norm(dz) * (examples / sqrt(dz[0].numel()))


def example_norms(x: Tensor, dz: Tensor, *, has_bias: bool) -> Tensor:
    """Squared norm (K, n) of the gradient of each example's share of the loss with respect to the weights and biases of
    a dense layer.

    The inputs are x (K, n, fan_in); dz (K, n, units) are the gradients with respect to the weighted sums. The gradient
    of an example is the outer product of both, whose squared norm is |x|² |dz|², and |dz|² for the biases (Goodfellow,
    "Efficient Per-Example Gradient Computations", arXiv 1510.01799).
    """
    inputs = x.square().sum(2)
    return (inputs + 1 if has_bias else inputs) * dz.square().sum(2)


def noise_scale(squared_norms: Tensor, squared_norm_of_sum: Tensor) -> Tensor:
    """B = tr(Σ) / |G|², in examples (K,); NaN where the batch is too small to tell |G|² from 0.

    `squared_norms` (K, n) are the squared norms of each example's share of the gradient of a batch's mean loss, over
    all parameters; `squared_norm_of_sum` (K,) is that of the batch's gradient. Unbiased estimates of tr(Σ) and |G|², as
    in McCandlish et al., "An Empirical Model of Large-Batch Training" (arXiv 1812.06162), appendix A.
    """
    n = squared_norms.shape[1]
    if n < 2:
        return torch.full_like(squared_norm_of_sum, torch.nan)
    single = squared_norms.sum(1) * n  # mean squared norm of one example's gradient, which is n times its share
    trace = (single - squared_norm_of_sum) * (n / (n - 1))
    squared_gradient = squared_norm_of_sum - trace / n
    return torch.where(squared_gradient > 0, trace / squared_gradient, torch.nan)


def predicted_decrease(pairs: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    """-g·u (K,), float64: the decrease of the loss that its gradient g predicts for a step u, summed over pairs (g, u)
    of tensors (K, ...)."""
    products = [torch.bmm(g.flatten(1)[:, None], u.flatten(1)[..., None]).double() for g, u in pairs]
    return -torch.stack(products).sum(0).view(-1)


def rho(before: Tensor, after: Tensor, predicted: Tensor, resolution: float) -> Tensor:
    """(L₀ - L₁) / (-g·u), (K,): the decrease of a batch's loss by a step, over the predicted decrease.

    It is 1 for a tiny step, 1/2 at the minimum along the step for a quadratic loss, negative where the loss grew. It is
    the ratio of actual to predicted reduction of trust-region methods (Nocedal and Wright, "Numerical Optimization",
    eq. 4.4) with a linear model. `resolution` is the relative error of the losses; NaN where the predicted decrease is
    not ten times as large.
    """
    resolved = predicted.abs() > 10 * resolution * before.abs()
    return torch.where(resolved, (before - after) / predicted, torch.nan)
