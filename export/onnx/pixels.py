"""Images and arrays: ONNX implementations of `preprocessing.pixels`."""

import numpy as np

from export.onnx.graph import Graph
from export.onnx.missing import filled, is_missing_number
from export.onnx.numbers import scaled
from preprocessing.pixels import FittedArray, FittedBytes


def of_bytes(graph: Graph, x: str, fitted: FittedBytes) -> str:
    """x / 255 for bytes (n, …): float32 (n, width)."""
    numbers = graph.node("Div", graph.cast(x, "float32"), graph.constant(np.array(255, dtype=np.float32)))
    return flat(graph, numbers, fitted.width)


def of_array(graph: Graph, x: str, fitted: FittedArray) -> str:
    """The scaled elements of arrays, float64 (n, …): float32 (n, width). All elements have the same kind of scaling."""
    numbers = flat(graph, x, fitted.width)
    return scaled(graph, filled(graph, numbers, is_missing_number(graph, numbers), fitted.fills), fitted.scalings)


def flat(graph: Graph, x: str, width: int) -> str:
    """The tensor (n, …), flattened to (n, width)."""
    return graph.node("Reshape", x, graph.constant(np.array([-1, width], dtype=np.int64)))
