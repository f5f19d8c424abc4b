"""The numbers that training changes: parameters, gradients and running statistics."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from export.script.pieces.draws import generator
from export.script.pieces.given import DEVICE, OTHERS, RUNNING, WEIGHTS
from export.script.pieces.initial import Initial

ALIGNMENT = 16


@dataclass
class Storage:
    """All parameters in one vector and their gradient in another, so that the optimizer updates them all at once. The
    tensors of layers are views of these vectors, by name."""

    parameters: Tensor
    gradient: Tensor
    weights: int  # number of weights, to which penalties apply; they come first
    tensors: dict[str, Tensor]


def initial_storage() -> Storage:
    """The untrained network."""
    starts, size, weights = {}, 0, 0
    for name, ((rows, columns), _) in {**WEIGHTS, **OTHERS}.items():
        starts[name] = size
        end = size + rows * columns
        weights = end if name in WEIGHTS else weights
        size = -(-end // ALIGNMENT) * ALIGNMENT  # tensors start at a cache line
    parameters = torch.zeros(size, device=DEVICE)
    gradient = torch.zeros_like(parameters)
    tensors = {}
    for name, (shape, initial) in {**WEIGHTS, **OTHERS}.items():
        own = slice(starts[name], starts[name] + shape[0] * shape[1])
        parameters[own].view(shape).copy_(first_numbers(name, shape, initial))
        tensors[name] = parameters[own].view(shape).requires_grad_()
        tensors[name].grad = gradient[own].view(shape)  # `backward` adds to it
    return Storage(parameters, gradient, weights, {**tensors, **running()})


def first_numbers(name: str, shape: tuple[int, int], initial: Initial) -> Tensor:
    """The initial values of a tensor."""
    place = name.removesuffix(".weight")
    return initial(shape, generator("weights", place, device="cpu"))


def running() -> dict[str, Tensor]:
    """The running statistics of batch normalization."""
    zeros = {f"{name}.running_mean": torch.zeros(1, units, device=DEVICE) for name, units in RUNNING.items()}
    ones = {f"{name}.running_variance": torch.ones(1, units, device=DEVICE) for name, units in RUNNING.items()}
    return {**zeros, **ones}


def frozen(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors without gradients, for evaluation."""
    return {name: tensor.detach() for name, tensor in tensors.items()}
