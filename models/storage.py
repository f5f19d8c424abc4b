"""Flat storage of the parameters of K networks of one shape."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gradus.spec.layout import VECTORS, Block, Layout, layout
from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.tensor_plan import TensorPlan
from models.batch_norm import BatchNormTensors
from models.initializer import initial_weights as draw_weights
from models.layer import DenseTensors
from models.optimizer import Part
from models.seed import generator


@dataclass(frozen=True, eq=False)
class Storage:
    """The flat tensors of K members; every tensor of a layer is a view of them."""

    layout: Layout
    parameters: Tensor
    """(K, size)."""
    gradient: Tensor
    """(K, size)."""
    statistics: Tensor
    """(K, statistics_size)."""

    def weights(self) -> Tensor:
        """View of all weights, without biases, gamma and beta, (K, weights)."""
        return self.parameters[:, : self.layout.weights]

    def weights_gradient(self) -> Tensor:
        """View of the weights' gradient, (K, weights)."""
        return self.gradient[:, : self.layout.weights]

    def of(self, name: str) -> tuple[Tensor, Tensor]:
        """The views of a tensor and of its gradient, by its name in the layout."""
        block = self.layout.parameters[name]
        return block.of(self.parameters), block.of(self.gradient)

    def dense(self, name: str) -> DenseTensors:
        """The views of one layer."""
        block, flat, gradient = self.layout.parameters, self.parameters, self.gradient
        bias = block.get(f"{name}.bias")
        return DenseTensors(
            weight=block[f"{name}.weight"].of(flat),
            bias=None if bias is None else bias.of(flat),
            weight_gradient=block[f"{name}.weight"].of(gradient),
            bias_gradient=None if bias is None else bias.of(gradient),
            batch_norm=self._batch_norm(name) if f"{name}.gamma" in block else None,
        )

    def _batch_norm(self, name: str) -> BatchNormTensors:
        gamma, beta = self.layout.parameters[f"{name}.gamma"], self.layout.parameters[f"{name}.beta"]
        return BatchNormTensors(
            gamma=gamma.of(self.parameters),
            beta=beta.of(self.parameters),
            gamma_gradient=gamma.of(self.gradient),
            beta_gradient=beta.of(self.gradient),
            running_mean=self.layout.statistics[f"{name}.running_mean"].of(self.statistics),
            running_variance=self.layout.statistics[f"{name}.running_variance"].of(self.statistics),
        )


def initial_storage(
    plans: Sequence[NetworkPlan],
    seeds: Sequence[int],
    dtype: torch.dtype,
    device: torch.device,
    on_progress: Callable[[], None] | None = None,
) -> Storage:
    """Storage of K untrained networks: initial weights, biases and betas 0, gammas 1, running statistics (0, 1).

    `on_progress` is called after each layer.
    """
    offsets = layout(plans[0])
    parameters = torch.zeros(len(plans), offsets.size, dtype=dtype)
    statistics = torch.zeros(len(plans), offsets.statistics_size, dtype=dtype)
    for k, (plan, seed) in enumerate(zip(plans, seeds, strict=True)):
        for layer in plan.layers:
            for tensor in layer.tensors:
                name = f"{layer.name}.{tensor.name}"
                offsets.parameters[name].of(parameters)[k] = first_numbers(tensor, layer.name, seed)
            for tensor in layer.running:
                name = f"{layer.name}.{tensor.name}"
                offsets.statistics[name].of(statistics)[k] = first_numbers(tensor, layer.name, seed)
            if on_progress is not None:
                on_progress()
    parameters = parameters.to(device)
    return Storage(offsets, parameters, torch.zeros_like(parameters), statistics.to(device))


def first_numbers(tensor: TensorPlan, layer: str, seed: int) -> Tensor:
    """The initial values of a layer's tensor in a run with this seed, float32."""
    if isinstance(tensor.initial, float):
        return torch.full(tensor.shape, tensor.initial)
    place = layer if tensor.name == "weight" else f"{layer}.{tensor.name}"
    return draw_weights(tensor.initial, *tensor.shape, generator(seed, "weights", place), tensor.fan_out)


def initial_weights(layer: DensePlan | ConvPlan, seed: int) -> Tensor:
    """The initial weights of a layer for a run's seed, float32, (fan_in, units)."""
    return first_numbers(layer.tensors[0], layer.name, seed)


def learning_parts(plans: Sequence[NetworkPlan], offsets: Layout) -> list[Part]:
    """The parameters of K members, in order, as ranges of parameters that learn in the same way."""
    learned = [
        {f"{layer.name}.{tensor.name}": tensor for layer in plan.layers for tensor in layer.tensors} for plan in plans
    ]
    blocks = list(offsets.parameters.values())
    ends = [*(block.start for block in blocks[1:]), offsets.size]
    return [
        Part(
            block.start,
            end,
            tuple(tensors[block.name].lr_factor for tensors in learned),
            tuple(tensors[block.name].is_weight for tensors in learned),
        )
        for block, end in zip(blocks, ends, strict=True)
    ]


def named_tensors(offsets: Layout, parameters: Tensor, statistics: Tensor) -> dict[str, Tensor]:
    """One member's parameters and statistics by name, from its rows. Vectors are (n,), all others have their planned
    shape."""
    return {**tensors_of_row(offsets.parameters, parameters), **tensors_of_row(offsets.statistics, statistics)}


def tensors_of_row(blocks: Mapping[str, Block], row: Tensor) -> dict[str, Tensor]:
    """The tensors in one row by name, as views. Vectors are (n,), all others have their planned shape."""
    tensors = {name: block.of(row[None])[0] for name, block in blocks.items()}
    return {name: tensor[0] if name.rpartition(".")[2] in VECTORS else tensor for name, tensor in tensors.items()}
