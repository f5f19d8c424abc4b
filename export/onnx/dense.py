"""Dense layers: ONNX implementations of `gradus.spec.layer.Dense`."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from export.onnx.activation import activation
from export.onnx.graph import Graph
from export.reference import batch_norm
from gradus.spec.batch_norm import BatchNorm
from gradus.spec.nodes.dense import DensePlan

Own = Mapping[str, NDArray[np.float32]]
"""The tensors of one layer, by their names in its plan."""


def dense(graph: Graph, layer: DensePlan, tensors: Own, x: str) -> str:
    """activation(batch_norm(x W + b)) of x (n, fan_in): float32 (n, units)."""
    if layer.input_factor != 1:
        x = graph.node("Mul", x, graph.constant(np.array(layer.input_factor, dtype=np.float32)))
    bias = [graph.constant(tensors["bias"], "bias")] if "bias" in tensors else []
    z = graph.node("Gemm", x, graph.constant(tensors["weight"], "weight"), *bias)
    return activation(graph, layer.activation, normalized(graph, layer.batch_norm, tensors, z))


def normalized(graph: Graph, spec: BatchNorm | None, tensors: Own, z: str) -> str:
    """z, batch-normalized by the running statistics over its last axis."""
    if spec is None:
        return z
    factor, shift = (row.astype(np.float32) for row in batch_norm(dict(tensors), spec.eps))
    return graph.node("Add", graph.node("Mul", z, graph.constant(factor, "factor")), graph.constant(shift, "shift"))
