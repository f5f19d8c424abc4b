"""The network that a spec describes for its data: a graph of nodes, with their shapes and costs.

Pure arithmetic: the API uses it for dry runs, `models.network` builds networks from it.
"""

from dataclasses import dataclass
from math import prod

from gradus.dataset_plan import DatasetPlan
from gradus.spec.embeddings import embeddings_plan
from gradus.spec.experiment import Spec
from gradus.spec.loss import Task
from gradus.spec.nodes.graph import Graph, LayerPlan, image_shape, reads_images


@dataclass(frozen=True)
class NetworkPlan:
    """A network: a graph of nodes, from the embeddings, if there are any, to the output layer."""

    input_shape: tuple[int, ...]
    """Shape of one example as the first node reads it: (inputs,), or (height, width, channels) for images."""
    input_dropout: float
    layers: tuple[LayerPlan, ...]
    """The nodes in an order in which every node comes after the nodes that it reads. The last is the output layer."""
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
        """Multiply-add operations in the forward pass of one example."""
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def outputs(self) -> int:
        """Units of the output layer."""
        return self.layers[-1].shape[0]


def plan(experiment: Spec, data: DatasetPlan) -> NetworkPlan:
    """The network of an experiment; its inputs, output layer and task follow from the data."""
    return plan_written(experiment.written_out(), data)


def plan_written(experiment: Spec, data: DatasetPlan) -> NetworkPlan:
    """The network of an experiment whose defaults are written out. Without blocks, all inputs are numbers.

    Raises:
        Misfit: a layer does not fit the shape of its input.
    """
    shape = image_shape(data.input_shape) if reads_images(experiment) else (data.inputs,)
    graph = Graph(experiment, shape)
    embeddings = embeddings_plan(data.inputs, data.blocks, experiment.number_embeddings)
    if embeddings is not None:
        graph.add(embeddings)
    for i, layer in enumerate(experiment.layers):
        graph.add_layer(f"layers/{i}", layer)
    graph.add_output(data.outputs)
    return NetworkPlan(shape, experiment.input_dropout, tuple(graph.nodes), data.task)
