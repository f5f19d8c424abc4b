"""K networks of one shape: flat parameter storage, and the forward and backward pass through all layers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gradus.spec.network import DensePlan, NetworkPlan
from models.batch import Buffers
from models.batch_norm import BatchNormTensors
from models.dropout import Dropout, Masks
from models.initializer import initial_weights as draw_weights
from models.layer import DenseTensors, Layer, dense
from models.optimizer import Part
from models.precision import Products
from models.seed import generator

ALIGNMENT = 16
"""Every block starts at a multiple of this many numbers: 64 bytes, a cache line, which suits vector instructions."""


@dataclass(frozen=True)
class Block:
    """A named tensor within the flat storage."""

    name: str
    """The layer's path and the tensor's name, such as `layers/0.weight` or `output.bias`."""
    start: int
    shape: tuple[int, int]

    @property
    def layer(self) -> str:
        """The path of the block's layer."""
        return self.name.rpartition(".")[0]

    @property
    def end(self) -> int:
        """Offset after the last number of the block."""
        return self.start + self.shape[0] * self.shape[1]

    def of(self, flat: Tensor) -> Tensor:
        """The block's view (K, *shape) of flat storage (K, n)."""
        return flat[:, self.start : self.end].view(len(flat), *self.shape)


@dataclass(frozen=True)
class Layout:
    """Offsets within a member's row of flat storage: first all weights, then the vectors; gaps stay zero."""

    parameters: dict[str, Block]
    statistics: dict[str, Block]
    weights: int
    """Offset of the end of the weights."""
    size: int
    """Length of a row of parameters."""
    statistics_size: int


def layout(plan: NetworkPlan) -> Layout:
    """The layout of a network's parameters and running statistics."""
    weights = [(f"{layer.name}.weight", (layer.fan_in, layer.units)) for layer in plan.layers]
    vectors = [(f"{layer.name}.{name}", (1, layer.units)) for layer in plan.layers for name in _vectors(layer)]
    running = [
        (f"{layer.name}.{name}", (1, layer.units))
        for layer in plan.layers
        if layer.batch_norm
        for name in ("running_mean", "running_variance")
    ]
    parameters, size = _placed([*weights, *vectors])
    statistics, statistics_size = _placed(running)
    return Layout(parameters, statistics, parameters[weights[-1][0]].end, size, statistics_size)


def _vectors(layer: DensePlan) -> list[str]:
    return ["bias"] * layer.bias + ["gamma", "beta"] * (layer.batch_norm is not None)


def _placed(shapes: Sequence[tuple[str, tuple[int, int]]]) -> tuple[dict[str, Block], int]:
    blocks: dict[str, Block] = {}
    start = 0
    for name, shape in shapes:
        blocks[name] = Block(name, start, shape)
        start = -(-blocks[name].end // ALIGNMENT) * ALIGNMENT
    return blocks, start


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

    def parts(self) -> list[Part]:
        """The parameters by how they learn: weights, which decay, and the rest."""
        members, (weights, size) = len(self.parameters), (self.layout.weights, self.layout.size)
        same = (1.0,) * members
        return [Part(0, weights, same, (True,) * members), Part(weights, size, same, (False,) * members)]

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
            offsets.parameters[f"{layer.name}.weight"].of(parameters)[k] = initial_weights(layer, seed)
            if on_progress is not None:
                on_progress()
    for layer in plans[0].layers:
        if layer.batch_norm:
            offsets.parameters[f"{layer.name}.gamma"].of(parameters).fill_(1)
            offsets.statistics[f"{layer.name}.running_variance"].of(statistics).fill_(1)
    parameters = parameters.to(device)
    return Storage(offsets, parameters, torch.zeros_like(parameters), statistics.to(device))


def initial_weights(layer: DensePlan, seed: int) -> Tensor:
    """The initial weights of a layer for a run's seed, float32, (fan_in, units)."""
    return draw_weights(layer.init, layer.fan_in, layer.units, generator(seed, "weights", layer.name))


def named_tensors(offsets: Layout, parameters: Tensor, statistics: Tensor) -> dict[str, Tensor]:
    """One member's parameters and statistics by name, from its rows: weights (fan_in, units), all others (units,)."""
    rows = [(block, parameters) for block in offsets.parameters.values()]
    rows += [(block, statistics) for block in offsets.statistics.values()]
    tensors = {block.name: block.of(row[None])[0] for block, row in rows}
    return {name: tensor if name.endswith(".weight") else tensor[0] for name, tensor in tensors.items()}


def network_masks(plans: Sequence[NetworkPlan], seeds: Sequence[int], batch: int, like: Tensor) -> dict[str, Masks]:
    """The dropout masks of the input and of every layer in which a member has dropout, by the layer's name."""
    rates = {"input": ([plan.input_dropout for plan in plans], plans[0].inputs)}
    for i, layer in enumerate(plans[0].layers):
        rates[layer.name] = ([plan.layers[i].dropout for plan in plans], layer.units)
    return {
        name: Masks(name, seeds, dropped, (batch, units), like)
        for name, (dropped, units) in rates.items()
        if any(dropped)
    }


class Network:
    """Forward and backward pass through K networks for one batch size, in preallocated memory."""

    def __init__(self, input_dropout: Dropout | None, layers: Sequence[tuple[str, Layer]]) -> None:
        self._input_dropout = input_dropout
        self._layers = [layer for _, layer in layers]
        self._names = [name for name, _ in layers]

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (K, b, outputs) for inputs (K, b, inputs), in training mode."""
        if self._input_dropout is not None:
            x = self._input_dropout.forward(x)
        for layer in self._layers:
            x = layer.forward(x)
        return x

    def backward(self, dy: Tensor) -> None:
        """Write the gradient of every parameter, given the gradient of the loss with respect to the outputs."""
        for layer in reversed(self._layers[1:]):
            dy = layer.backward(dy, needs_dx=True)  # type: ignore[assignment]
        self._layers[0].backward(dy, needs_dx=False)

    def evaluate(self, x: Tensor) -> Tensor:
        """Outputs (K, n, outputs) for inputs (K, n, inputs), with the running statistics and without dropout."""
        for _, output in self.evaluated_layers(x):
            x = output
        return x

    def evaluated_layers(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Each layer's name and output (K, n, units) in evaluation mode, from input to output."""
        for name, layer in zip(self._names, self._layers, strict=True):
            x = layer.evaluate(x)
            yield name, x

    def outputs(self) -> dict[str, Tensor]:
        """Each layer's output of the last forward pass, by name, from input to output."""
        return {name: layer.output for name, layer in zip(self._names, self._layers, strict=True)}


def network(
    plan: NetworkPlan, storage: Storage, masks: dict[str, Masks], products: Products, batch: int, buffers: Buffers
) -> Network:
    """The network for one batch size. Networks for a smaller size share memory if given the same buffers, rewound."""
    members = len(storage.parameters)
    input_dropout = None
    if "input" in masks:
        input_dropout = Dropout(masks["input"], (members, batch, plan.inputs), buffers)
    layers = [
        (layer.name, dense(layer, storage.dense(layer.name), masks.get(layer.name), products, batch, buffers))
        for layer in plan.layers
    ]
    return Network(input_dropout, layers)
