"""The layers of a network: ONNX implementations of `gradus.spec.network`."""

from collections.abc import Sequence
from typing import assert_never

import numpy as np

from export.onnx.activation import activation
from export.onnx.conv import conv
from export.onnx.dense import Own, dense
from export.onnx.embeddings import embeddings
from export.onnx.graph import Graph
from export.onnx.pool import avg_pool, global_avg_pool, max_pool
from export.trained import Tensors
from gradus.spec.embeddings import EmbeddingsPlan
from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.add import AddPlan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.graph import INPUT, LayerPlan
from gradus.spec.nodes.plain import FlattenPlan
from gradus.spec.nodes.pool import AvgPoolPlan, GlobalAvgPoolPlan, MaxPoolPlan
from gradus.spec.nodes.scale import ScalePlan


def network(graph: Graph, plan: NetworkPlan, tensors: Tensors, x: str) -> str:
    """The outputs of the last layer, float32 (n, outputs), for inputs (n, inputs)."""
    found = {INPUT: x if len(plan.input_shape) == 1 else _shaped(graph, x, plan.input_shape)}
    for layer in plan.layers:
        with graph.scope(layer.name):
            sources = [found[name] for name in layer.inputs]
            found[layer.name] = _layer(graph, layer, of_layer(tensors, layer.name), sources)
    return found[plan.layers[-1].name]


def of_layer(tensors: Tensors, name: str) -> Own:
    """The tensors of a layer, by their names in its plan."""
    return {path[len(name) + 1 :]: tensor for path, tensor in tensors.items() if path.rpartition(".")[0] == name}


def _layer(  # noqa: PLR0911 - one for each kind
    graph: Graph, layer: LayerPlan, tensors: Own, sources: Sequence[str]
) -> str:
    """The output of a node, float32 (n, *shape), from the outputs of the nodes that it reads."""
    x = sources[0]
    match layer:
        case EmbeddingsPlan():
            return embeddings(graph, layer, tensors, x)
        case DensePlan():
            return dense(graph, layer, tensors, x)
        case ScalePlan():
            return graph.node("Mul", x, graph.constant(tensors["scale"].reshape(layer.shape), "scale"))
        case ConvPlan():
            return conv(graph, layer, tensors, x)
        case MaxPoolPlan():
            return max_pool(graph, layer, x)
        case AvgPoolPlan():
            return avg_pool(graph, layer, x)
        case GlobalAvgPoolPlan():
            return global_avg_pool(graph, x)
        case FlattenPlan():
            return _shaped(graph, x, layer.shape)
        case AddPlan():
            return activation(graph, layer.activation, graph.node("Sum", *sources))
        case _:
            assert_never(layer)


def _shaped(graph: Graph, x: str, shape: tuple[int, ...]) -> str:
    """x as (n, *shape)."""
    return graph.node("Reshape", x, graph.constant(np.array([-1, *shape], dtype=np.int64), "shape"))
