"""The optimizers: how a step changes the parameters θ with their gradient g at the learning rate η."""

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from export.script.pieces.given import GROUPS


class Optimizer(Protocol):
    """An optimizer of one vector of parameters."""

    def step(self, rate: Tensor) -> None:
        """Change the parameters."""


def descend(parameters: Tensor, move: Tensor, rate: Tensor) -> None:
    """θ ← θ - η · move; some parameters have their own factor of η."""
    for start, end, factor, _ in GROUPS:
        own = rate if factor == 1 else rate * rate.new_tensor(factor)
        parameters[start:end].addcmul_(move[start:end], own, value=-1)


class SGD:
    """θ ← θ - η g."""

    def __init__(self, parameters: Tensor, gradient: Tensor) -> None:
        self.parameters, self.gradient = parameters, gradient

    def step(self, rate: Tensor) -> None:
        """Take a step."""
        descend(self.parameters, self.gradient, rate)


class Momentum:
    """v ← μ v + g;  θ ← θ - η v, or θ ← θ - η (g + μ v) with Nesterov momentum."""

    def __init__(self, parameters: Tensor, gradient: Tensor, momentum: float, *, nesterov: bool) -> None:
        self.parameters, self.gradient, self.momentum, self.nesterov = parameters, gradient, momentum, nesterov
        self.velocity = torch.zeros_like(parameters)

    def step(self, rate: Tensor) -> None:
        """Take a step."""
        self.velocity.mul_(self.momentum).add_(self.gradient)
        move = self.velocity
        if self.nesterov:
            move = (self.velocity * self.momentum).addcmul_(self.gradient, torch.ones_like(rate))
        descend(self.parameters, move, rate)


class AdaGrad:
    """s ← s + g²;  θ ← θ - η g / (sqrt(s) + eps)."""

    def __init__(self, parameters: Tensor, gradient: Tensor, eps: float) -> None:
        self.parameters, self.gradient, self.eps = parameters, gradient, at_least_tiny(eps, parameters)
        self.squares = torch.zeros_like(parameters)

    def step(self, rate: Tensor) -> None:
        """Take a step."""
        self.squares.addcmul_(self.gradient, self.gradient)
        descend(self.parameters, self.gradient / torch.sqrt(self.squares).add_(self.eps), rate)


class RMSProp:
    """s ← ρ s + (1 - ρ) g²;  θ ← θ - η g / (sqrt(s) + eps)."""

    def __init__(self, parameters: Tensor, gradient: Tensor, rho: float, eps: float) -> None:
        self.parameters, self.gradient, self.eps = parameters, gradient, at_least_tiny(eps, parameters)
        self.rho, self.newest = parameters.new_tensor([rho]), parameters.new_tensor([1 - rho])
        self.squares = torch.zeros_like(parameters)

    def step(self, rate: Tensor) -> None:
        """Take a step."""
        self.squares.mul_(self.rho).addcmul_(self.gradient * self.gradient, self.newest)
        descend(self.parameters, self.gradient / torch.sqrt(self.squares).add_(self.eps), rate)


class Adam:
    """m ← β₁ m + (1 - β₁) g;  s ← β₂ s + (1 - β₂) g²;  θ ← θ - η m̂ / (sqrt(ŝ) + eps), by torch's fused kernel. With
    AdamW's kernel first θ ← θ - η λ θ."""

    def __init__(
        self,
        parameters: Tensor,
        gradient: Tensor,
        beta1: float,
        beta2: float,
        eps: float,
        kernel: Callable[..., None] = torch._fused_adam_,
    ) -> None:
        self.parameters, self.gradient, self.kernel = parameters, gradient, kernel
        self.numbers = {"beta1": beta1, "beta2": beta2, "eps": at_least_tiny(eps, parameters)}
        self.mean, self.square = torch.zeros_like(parameters), torch.zeros_like(parameters)
        self.steps = torch.zeros((), device=parameters.device)

    def step(self, rate: Tensor) -> None:
        """Take a step."""
        self.steps.add_(1)
        for start, end, factor, decay in GROUPS:
            own: Sequence[Tensor] = (self.parameters, self.gradient, self.mean, self.square)
            tensors = [[tensor[start:end]] for tensor in own]
            self.kernel(
                *tensors,
                [],
                [self.steps],
                lr=rate[0] if factor == 1 else rate[0] * factor,
                weight_decay=decay,
                amsgrad=False,
                maximize=False,
                **self.numbers,
            )


def at_least_tiny(number: float, like: Tensor) -> float:
    """The number, but at least the smallest normal one: a smaller one may become 0, and 0 / 0 is NaN."""
    return max(number, torch.finfo(like.dtype).tiny)
