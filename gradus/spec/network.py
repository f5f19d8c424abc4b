"""The network that a spec describes for its data: a graph of nodes, with their shapes and costs.

Pure arithmetic: the API uses it for dry runs, `models.network` builds networks from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import assert_never

from gradus.dataset_plan import DatasetPlan
from gradus.spec.embeddings import EmbeddingsPlan, embeddings_plan
from gradus.spec.experiment import Spec
from gradus.spec.initializer import resolve_init
from gradus.spec.layer import AnyLayer, Dense
from gradus.spec.loss import Task
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.scale import ScalePlan
from gradus.spec.scale import Scale

LayerPlan = EmbeddingsPlan | DensePlan | ScalePlan

INPUT = "input"
"""The name of the network's input, for the nodes that read it."""


@dataclass(frozen=True)
class NetworkPlan:
    """A network: a graph of nodes, from the embeddings, if there are any, to the output layer."""

    input_shape: tuple[int, ...]
    """Shape of one example as the first node reads it: (inputs,)."""
    input_dropout: float
    layers: tuple[LayerPlan, ...]
    """In an order in which every node comes after those that it reads. The last is the output layer."""
    task: Task

    @property
    def inputs(self) -> int:
        """Numbers per example."""
        return prod(self.input_shape)

    @property
    def parameters(self) -> int:
        """Number of learned parameters of the whole network."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def weights(self) -> int:
        """Number of weights, to which penalties and weight decay apply."""
        return sum(tensor.size for layer in self.layers for tensor in layer.tensors if tensor.is_weight)

    @property
    def multiply_adds(self) -> int:
        """Multiplications with additions in the forward pass of one example."""
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def outputs(self) -> int:
        """Units of the output layer."""
        return self.layers[-1].shape[0]


def plan(experiment: Spec, data: DatasetPlan) -> NetworkPlan:
    """The network of an experiment; its inputs, output layer and task follow from the data."""
    return plan_written(experiment.written_out(), data)


def plan_written(experiment: Spec, data: DatasetPlan) -> NetworkPlan:
    """The network of an experiment whose defaults are written out. Without blocks, all inputs are numbers."""
    embeddings = embeddings_plan(data.inputs, data.blocks, experiment.number_embeddings)
    shape: tuple[int, ...] = (data.inputs,)
    nodes: list[LayerPlan] = [] if embeddings is None else [embeddings]
    for i, layer in enumerate(experiment.layers):
        nodes.append(_node(f"layers/{i}", _end(nodes, shape), layer))
    source, shape = _end(nodes, shape)
    init = resolve_init(experiment.output_init or experiment.init, "identity")
    nodes.append(DensePlan("output", (source,), prod(shape), data.outputs, "identity", init, None, 0.0, bias=True))
    return NetworkPlan((data.inputs,), experiment.input_dropout, tuple(nodes), data.task)


End = tuple[str, tuple[int, ...]]
"""The name of the last node so far, and the shape of its output."""


def _end(nodes: Sequence[LayerPlan], input_shape: tuple[int, ...]) -> End:
    return (nodes[-1].name, nodes[-1].shape) if nodes else (INPUT, input_shape)


def _node(name: str, end: End, layer: AnyLayer) -> LayerPlan:
    source, shape = end
    match layer:
        case Dense():
            return _dense(name, source, prod(shape), layer)
        case Scale():
            return ScalePlan(name, (source,), shape, layer.lr_factor)
        case _:
            assert_never(layer)


def _dense(name: str, source: str, fan_in: int, layer: Dense) -> DensePlan:
    assert layer.activation is not None
    assert layer.init is not None
    assert layer.dropout is not None
    return DensePlan(
        name,
        (source,),
        fan_in,
        layer.units,
        layer.activation,
        resolve_init(layer.init, layer.activation),
        layer.batch_norm or None,
        layer.dropout,
        layer.bias,
    )
