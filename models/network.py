"""K networks of one shape: flat storage, views of it, and the pass of a batch through every layer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gradus.spec.network import DensePlan, NetworkPlan
from models.batch import Buffers
from models.batch_norm import BatchNormTensors
from models.dropout import Dropout, Masks
from models.initializer import first_weights
from models.layer import DenseTensors, Layer, dense
from models.precision import Products
from models.seed import generator

ALIGNMENT = 16
"""Every block starts at a multiple of so many numbers: 64 bytes, a cache line, what vector units like."""


@dataclass(frozen=True)
class Block:
    """A named piece of the flat storage."""

    name: str
    """`layers/0.weight`, `output.bias`: the layer's path and what it is."""
    start: int
    shape: tuple[int, int]

    @property
    def layer(self) -> str:
        """The path of its layer."""
        return self.name.rpartition(".")[0]

    @property
    def end(self) -> int:
        """Where the next block may start."""
        return self.start + self.shape[0] * self.shape[1]

    def of(self, flat: Tensor) -> Tensor:
        """Its numbers in flat storage (K, n), as a view (K, *shape)."""
        return flat[:, self.start : self.end].view(len(flat), *self.shape)


@dataclass(frozen=True)
class Layout:
    """Where everything stands in a member's row: first all weights, then the vectors; gaps stay zero."""

    parameters: dict[str, Block]
    statistics: dict[str, Block]
    weights: int
    """The weights are the numbers before this."""
    size: int
    """Numbers in a row of parameters."""
    statistics_size: int


def layout(plan: NetworkPlan) -> Layout:
    """The places of a network's parameters and running statistics."""
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
    """The flat tensors of K members; everything that a step reads or writes is a view of them."""

    layout: Layout
    parameters: Tensor
    """(K, size)."""
    gradient: Tensor
    """(K, size)."""
    statistics: Tensor
    """(K, statistics_size)."""

    def weights(self) -> Tensor:
        """All weights, without biases, gamma and beta, (K, weights)."""
        return self.parameters[:, : self.layout.weights]

    def weights_gradient(self) -> Tensor:
        """Their gradient, (K, weights)."""
        return self.gradient[:, : self.layout.weights]

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


def first_storage(
    plans: Sequence[NetworkPlan],
    seeds: Sequence[int],
    dtype: torch.dtype,
    place: torch.device,
    beat: Callable[[], None] | None = None,
) -> Storage:
    """Storage of K untrained networks: weights as drawn, biases and betas 0, gammas 1, running statistics (0, 1)."""
    where = layout(plans[0])
    parameters = torch.zeros(len(plans), where.size, dtype=dtype)
    statistics = torch.zeros(len(plans), where.statistics_size, dtype=dtype)
    for k, (plan, seed) in enumerate(zip(plans, seeds, strict=True)):
        for layer in plan.layers:
            where.parameters[f"{layer.name}.weight"].of(parameters)[k] = layer_weights(layer, seed)
            if beat is not None:
                beat()
    for layer in plans[0].layers:
        if layer.batch_norm:
            where.parameters[f"{layer.name}.gamma"].of(parameters).fill_(1)
            where.statistics[f"{layer.name}.running_variance"].of(statistics).fill_(1)
    parameters = parameters.to(place)
    return Storage(where, parameters, torch.zeros_like(parameters), statistics.to(place))


def layer_weights(layer: DensePlan, seed: int) -> Tensor:
    """The weights with which a layer begins in a run of this seed, float32, (fan_in, units)."""
    return first_weights(layer.init, layer.fan_in, layer.units, generator(seed, "weights", layer.name))


def named(where: Layout, parameters: Tensor, statistics: Tensor) -> dict[str, Tensor]:
    """One member's row of parameters and of statistics by name: weights (fan_in, units), all others (units,)."""
    rows = [(block, parameters) for block in where.parameters.values()]
    rows += [(block, statistics) for block in where.statistics.values()]
    tensors = {block.name: block.of(row[None])[0] for block, row in rows}
    return {name: tensor if name.endswith(".weight") else tensor[0] for name, tensor in tensors.items()}


def network_masks(plans: Sequence[NetworkPlan], seeds: Sequence[int], batch: int, like: Tensor) -> dict[str, Masks]:
    """The dropout masks of the input and of every layer where any member drops units, by the layer's name."""
    rates = {"input": ([plan.input_dropout for plan in plans], plans[0].inputs)}
    for i, layer in enumerate(plans[0].layers):
        rates[layer.name] = ([plan.layers[i].dropout for plan in plans], layer.units)
    return {
        name: Masks(name, seeds, dropped, (batch, units), like)
        for name, (dropped, units) in rates.items()
        if any(dropped)
    }


class Network:
    """The pass of batches of one size through K networks, forward and backward, in preallocated memory."""

    def __init__(self, input_dropout: Dropout | None, layers: Sequence[tuple[str, Layer]]) -> None:
        self._input_dropout = input_dropout
        self._layers = [layer for _, layer in layers]
        self._names = [name for name, _ in layers]

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (K, b, outputs) for inputs (K, b, inputs), as in training."""
        if self._input_dropout is not None:
            x = self._input_dropout.forward(x)
        for layer in self._layers:
            x = layer.forward(x)
        return x

    def backward(self, dy: Tensor) -> None:
        """Write the gradient of every parameter, from the loss's gradient by the outputs."""
        for layer in reversed(self._layers[1:]):
            dy = layer.backward(dy, on=True)  # type: ignore[assignment]
        self._layers[0].backward(dy, on=False)

    def evaluate(self, x: Tensor) -> Tensor:
        """Outputs (K, n, outputs) for inputs (K, n, inputs), by the running statistics and without dropout."""
        for _, output in self.evaluated_layers(x):
            x = output
        return x

    def evaluated_layers(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Each layer's name and output (K, n, units) in that pass, from input to output."""
        for name, layer in zip(self._names, self._layers, strict=True):
            x = layer.evaluate(x)
            yield name, x

    def outputs(self) -> dict[str, Tensor]:
        """What each layer gave in the last forward pass, by name, from input to output."""
        return {name: layer.output for name, layer in zip(self._names, self._layers, strict=True)}


def network(
    plan: NetworkPlan, storage: Storage, masks: dict[str, Masks], products: Products, batch: int, buffers: Buffers
) -> Network:
    """The pass for batches of one size; a smaller size with the same, rewound buffers shares their memory."""
    members = len(storage.parameters)
    input_dropout = None
    if "input" in masks:
        input_dropout = Dropout(masks["input"], (members, batch, plan.inputs), buffers)
    layers = [
        (layer.name, dense(layer, storage.dense(layer.name), masks.get(layer.name), products, batch, buffers))
        for layer in plan.layers
    ]
    return Network(input_dropout, layers)
