"""Taps keep copies of what passes between the parts of a layer, to inspect a network. Training has none."""

from collections.abc import Sequence

import torch
from torch import Tensor

from models.activation import ActivationLayer
from models.batch_norm import Normalization
from models.part import Part


class Tap:
    """A part that changes nothing, and keeps a copy of what passes through it."""

    def __init__(self) -> None:
        self.value = self.gradient = torch.empty(0)
        """The kept values, from the last forward and backward pass: (K, n, units), or (K, n · pixels, channels) for
        images."""

    def forward(self, z: Tensor) -> Tensor:
        """Keep z."""
        self.value = z.clone()
        return z

    def backward(self, dy: Tensor) -> Tensor:
        """Keep the gradient of the loss with respect to z."""
        self.gradient = dy.clone()
        return dy

    def evaluate(self, z: Tensor) -> Tensor:
        """Keep z."""
        return self.forward(z)


class Taps:
    """The taps of one layer."""

    def __init__(self) -> None:
        self.sums = Tap()
        """The weighted sums."""
        self.before = Tap()
        """The inputs of the activation function: the sums, after batch normalization if the layer has it."""
        self.after = Tap()
        """The activations, before dropout."""

    def among(self, parts: Sequence[Part]) -> list[Part]:
        """The parts of a layer with these taps inserted between them."""
        is_norm = [isinstance(part, Normalization) for part in parts[:1]]
        is_activation = [isinstance(part, ActivationLayer) for part in parts]
        begin = sum(is_norm)
        end = begin + sum(is_activation)
        return [self.sums, *parts[:begin], self.before, *parts[begin:end], self.after, *parts[end:]]
