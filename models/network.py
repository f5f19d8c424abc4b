"""K networks of one shape: the forward and backward pass through all layers."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import assert_never

from torch import Tensor

from gradus.spec.embeddings import EmbeddingsPlan
from gradus.spec.gradients import needed_gradients
from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.add import AddPlan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.graph import INPUT, LayerPlan
from gradus.spec.nodes.plain import FlattenPlan
from gradus.spec.nodes.pool import AvgPoolPlan, GlobalAvgPoolPlan, MaxPoolPlan
from gradus.spec.nodes.scale import ScalePlan
from models.batch import Buffers
from models.conv import ConvLayer, conv
from models.dropout import Dropout, Masks
from models.embeddings import EmbeddingsLayer
from models.flatten import FlattenLayer
from models.layer import DenseLayer, Layer, SumLayer, dense
from models.observation import Observation
from models.pool import AvgPoolLayer, GlobalAvgPoolLayer, MaxPoolLayer
from models.precision import Products
from models.scale import ScaleLayer
from models.storage import Storage
from models.tap import Taps
from models.view import View

OBSERVABLE = DenseLayer | ConvLayer | SumLayer


def network_masks(plans: Sequence[NetworkPlan], seeds: Sequence[int], batch: int, like: Tensor) -> dict[str, Masks]:
    """The dropout masks of the input and of every layer in which a member has dropout, by the layer's name."""
    rates = {INPUT: ([plan.input_dropout for plan in plans], plans[0].inputs)}
    for i, layer in enumerate(plans[0].layers):
        rates[layer.name] = ([plan.layers[i].dropout for plan in plans], layer.masked)
    return {
        name: Masks(name, seeds, dropped, (batch, units), like)
        for name, (dropped, units) in rates.items()
        if any(dropped)
    }


@dataclass(frozen=True, eq=False)
class Node:
    """A layer with its place in the graph."""

    name: str
    inputs: tuple[int, ...]
    """Indices of the nodes that it reads; -1 is the network's input."""
    needs_dx: tuple[bool, ...]
    """Whether the gradient with respect to each of these inputs is needed."""
    layer: Layer | SumLayer
    frees: tuple[int, ...]
    """Indices of the nodes that no later node reads."""


class Network:
    """Forward and backward pass through K networks for one batch size, in preallocated memory."""

    def __init__(self, input_dropout: Dropout | None, nodes: Sequence[Node], input_shape: tuple[int, ...]) -> None:
        """`input_shape` is that of one example."""
        self._input_dropout, self._nodes, self._input_shape = input_dropout, nodes, input_shape
        self._examples = View(self._as_examples)
        self.observable = {node.name: node.layer for node in nodes if isinstance(node.layer, OBSERVABLE)}
        """The layers that compute weighted sums or sums of other layers, by name."""

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (K, b, outputs) for inputs (K, b, inputs), in training mode."""
        if self._input_dropout is not None:
            x = self._input_dropout.forward(x)
        values = {-1: self._examples(x)}
        for place, node in enumerate(self._nodes):
            match node.layer:
                case SumLayer() as layer:
                    values[place] = layer.forward([values[i] for i in node.inputs])
                case layer:
                    values[place] = layer.forward(values[node.inputs[0]])
        return values[len(self._nodes) - 1]

    def backward(self, dy: Tensor) -> None:
        """Write the gradient of every parameter, given the gradient of the loss with respect to the outputs."""
        gradients: dict[int, Tensor] = {len(self._nodes) - 1: dy}
        for place in reversed(range(len(self._nodes))):
            if place not in gradients:  # its gradient is not needed
                continue
            node, dy = self._nodes[place], gradients.pop(place)
            match node.layer:
                case SumLayer() as layer:
                    dxs: Sequence[Tensor | None] = layer.backward(dy)
                case layer:
                    dxs = (layer.backward(dy, needs_dx=node.needs_dx[0]),)
            for source, dx in zip(node.inputs, dxs, strict=True):
                if dx is not None:
                    gradients[source] = gradients[source].add_(dx) if source in gradients else dx

    def evaluate(self, x: Tensor) -> Tensor:
        """Outputs (K, n, outputs) for inputs (K, n, inputs), with the running statistics and without dropout."""
        for _, output in self.evaluated_layers(x):
            x = output
        return x

    def evaluated_layers(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Each layer's name and output (K, n, ...) in evaluation mode, from input to output."""
        values = {-1: self._as_examples(x)}
        for place, node in enumerate(self._nodes):
            match node.layer:
                case SumLayer() as layer:
                    values[place] = layer.evaluate([values[i] for i in node.inputs])
                case layer:
                    values[place] = layer.evaluate(values[node.inputs[0]])
            for unread in node.frees:
                del values[unread]
            yield node.name, values[place]

    def observe(self) -> dict[str, Taps]:
        """From now on, keep copies of what passes through every layer with weights. Returns the taps by the layer's
        name."""
        return {
            node.name: node.layer.observe() for node in self._nodes if isinstance(node.layer, DenseLayer | ConvLayer)
        }

    @contextmanager
    def observed(self, observations: Mapping[str, Observation]) -> Iterator[None]:
        """Show the weighted sums of layers, by name, to the observations."""
        for name, observation in observations.items():
            self.observable[name].show(observation)
        try:
            yield
        finally:
            for name in observations:
                self.observable[name].show(None)

    def outputs(self) -> dict[str, Tensor]:
        """Each layer's output of the last forward pass, by name, from input to output."""
        return {node.name: node.layer.output for node in self._nodes}

    def _as_examples(self, x: Tensor) -> Tensor:
        return x if len(self._input_shape) == 1 else x.view(*x.shape[:2], *self._input_shape)


def network(
    plan: NetworkPlan, storage: Storage, masks: dict[str, Masks], products: Products, batch: int, buffers: Buffers
) -> Network:
    """The network for one batch size. A network for a smaller size shares the memory if it gets the same buffers,
    rewound."""
    members = len(storage.parameters)
    input_dropout = None
    if INPUT in masks:
        input_dropout = Dropout(masks[INPUT], (members, batch, plan.inputs), buffers)
    places = {INPUT: -1, **{layer.name: i for i, layer in enumerate(plan.layers)}}
    frees, needs = _frees(plan, places), needed_gradients(plan)
    nodes = [
        Node(
            layer.name,
            tuple(places[name] for name in layer.inputs),
            needs[layer.name],
            _layer(layer, needs[layer.name], storage, masks.get(layer.name), products, batch, buffers),
            frees.get(i, ()),
        )
        for i, layer in enumerate(plan.layers)
    ]
    return Network(input_dropout, nodes, plan.input_shape)


def _frees(plan: NetworkPlan, places: Mapping[str, int]) -> dict[int, tuple[int, ...]]:
    """For each node, the indices of the nodes that it is the last to read."""
    last = {places[name]: i for i, layer in enumerate(plan.layers) for name in layer.inputs}
    return {i: tuple(source for source, reader in last.items() if reader == i) for i in set(last.values())}


def _layer(  # noqa: PLR0911 - one for each kind
    plan: LayerPlan,
    needs_dx: Sequence[bool],
    storage: Storage,
    masks: Masks | None,
    products: Products,
    batch: int,
    buffers: Buffers,
) -> Layer | SumLayer:
    members = len(storage.parameters)
    match plan:
        case EmbeddingsPlan():
            tensors = {tensor.name: storage.of(f"{plan.name}.{tensor.name}") for tensor in plan.tensors}
            return EmbeddingsLayer(plan, tensors, products, batch, buffers)
        case DensePlan():
            return dense(plan, storage.dense(plan.name), masks, products, batch, buffers)
        case ScalePlan():
            return ScaleLayer(*storage.of(f"{plan.name}.scale"), batch, buffers)
        case ConvPlan():
            return conv(plan, storage.dense(plan.name), masks, products, batch, buffers)
        case MaxPoolPlan():
            return MaxPoolLayer(plan, members, batch, buffers)
        case AvgPoolPlan():
            return AvgPoolLayer(plan, members, batch, buffers)
        case GlobalAvgPoolPlan():
            return GlobalAvgPoolLayer(members, batch, plan.in_shape, buffers)
        case FlattenPlan():
            return FlattenLayer(plan.in_shape)
        case AddPlan():
            return SumLayer(needs_dx, plan.activation, (members, batch, *plan.shape), buffers)
        case _:
            assert_never(plan)
