"""K networks of one shape: the forward and backward pass through all layers."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from torch import Tensor

from gradus.spec.embeddings import EmbeddingsPlan
from gradus.spec.network import LayerPlan, NetworkPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.scale import ScalePlan
from models.batch import Buffers
from models.dropout import Dropout, Masks
from models.embeddings import EmbeddingsLayer
from models.layer import Layer, dense
from models.precision import Products
from models.scale import ScaleLayer
from models.storage import Storage


def network_masks(plans: Sequence[NetworkPlan], seeds: Sequence[int], batch: int, like: Tensor) -> dict[str, Masks]:
    """The dropout masks of the input and of every layer in which a member has dropout, by the layer's name."""
    rates = {"input": ([plan.input_dropout for plan in plans], plans[0].inputs)}
    for i, layer in enumerate(plans[0].layers):
        rates[layer.name] = ([plan.layers[i].dropout for plan in plans], layer.masked)
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
        (layer.name, _layer(layer, storage, masks.get(layer.name), products, batch, buffers)) for layer in plan.layers
    ]
    return Network(input_dropout, layers)


def _layer(
    plan: LayerPlan, storage: Storage, masks: Masks | None, products: Products, batch: int, buffers: Buffers
) -> Layer:
    match plan:
        case EmbeddingsPlan():
            tensors = {tensor.name: storage.of(f"{plan.name}.{tensor.name}") for tensor in plan.tensors}
            return EmbeddingsLayer(plan, tensors, products, batch, buffers)
        case DensePlan():
            return dense(plan, storage.dense(plan.name), masks, products, batch, buffers)
        case ScalePlan():
            return ScaleLayer(*storage.of(f"{plan.name}.scale"), batch, buffers)
        case _:
            assert_never(plan)
