"""Activation functions: ONNX implementations of `gradus.spec.activation`."""

from collections.abc import Callable, Mapping

from export.activation import SELU_ALPHA, SELU_SCALE
from export.onnx.graph import Graph
from gradus.spec.activation import Activation

_NODES: Mapping[Activation, Callable[[Graph, str], str]] = {
    "relu": lambda graph, z: graph.node("Relu", z),
    "sigmoid": lambda graph, z: graph.node("Sigmoid", z),
    "tanh": lambda graph, z: graph.node("Tanh", z),
    "elu": lambda graph, z: graph.node("Elu", z, alpha=1.0),
    "selu": lambda graph, z: graph.node("Selu", z, alpha=SELU_ALPHA, gamma=SELU_SCALE),
    "leaky_relu": lambda graph, z: graph.node("LeakyRelu", z, alpha=0.01),
    "gelu": lambda graph, z: graph.node("Gelu", z, approximate="none"),
    "silu": lambda graph, z: graph.node("Mul", z, graph.node("Sigmoid", z)),
    "mish": lambda graph, z: graph.node("Mul", z, graph.node("Tanh", graph.node("Softplus", z))),
    "softplus": lambda graph, z: graph.node("Softplus", z),
    "identity": lambda _, z: z,
}


def activation(graph: Graph, name: Activation, z: str) -> str:
    """The activation function of z, float32."""
    return _NODES[name](graph, z)
