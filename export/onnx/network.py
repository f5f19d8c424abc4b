"""The layers of a network: ONNX bodies of `gradus.spec.network`."""

from collections.abc import Sequence
from typing import assert_never

from export.onnx.dense import Own, dense
from export.onnx.embeddings import embeddings
from export.onnx.graph import Graph
from export.trained import Tensors
from gradus.spec.embeddings import EmbeddingsPlan
from gradus.spec.network import INPUT, LayerPlan, NetworkPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.scale import ScalePlan


def network(graph: Graph, plan: NetworkPlan, tensors: Tensors, x: str) -> str:
    """The outputs of the last layer, float32 (n, outputs), for inputs (n, inputs)."""
    found = {INPUT: x}
    for layer in plan.layers:
        with graph.scope(layer.name):
            sources = [found[name] for name in layer.inputs]
            found[layer.name] = _layer(graph, layer, of_layer(tensors, layer.name), sources)
    return found[plan.layers[-1].name]


def of_layer(tensors: Tensors, name: str) -> Own:
    """The tensors of a layer, by their names in its plan."""
    return {path[len(name) + 1 :]: tensor for path, tensor in tensors.items() if path.rpartition(".")[0] == name}


def _layer(graph: Graph, layer: LayerPlan, tensors: Own, sources: Sequence[str]) -> str:
    """The output of a node, float32 (n, *shape), for those that it reads."""
    x = sources[0]
    match layer:
        case EmbeddingsPlan():
            return embeddings(graph, layer, tensors, x)
        case DensePlan():
            return dense(graph, layer, tensors, x)
        case ScalePlan():
            return graph.node("Mul", x, graph.constant(tensors["scale"].reshape(layer.shape), "scale"))
        case _:
            assert_never(layer)
