"""Embeddings: ONNX implementations of `gradus.spec.embeddings`."""

import numpy as np

from export.onnx.dense import Own
from export.onnx.graph import Graph
from gradus.spec.embeddings import EmbeddingsPlan


def embeddings(graph: Graph, layer: EmbeddingsPlan, tensors: Own, x: str) -> str:
    """The outputs of embeddings of x (n, inputs), float32 (n, units): unchanged inputs, functions of numbers, and
    vectors of categories."""
    parts = [graph.columns(x, layer.kept, layer.fan_in)] if layer.kept else []
    if layer.numbers:
        parts.append(_functions(graph, layer, tensors, x))
    for i, block in enumerate(layer.categories):
        own = graph.columns(x, range(block.start, block.start + block.width), layer.fan_in)
        name = f"category_{i}"
        parts.append(graph.node("MatMul", own, graph.constant(tensors[name], name)))
    return graph.concat(parts)


def _functions(graph: Graph, layer: EmbeddingsPlan, tensors: Own, x: str) -> str:
    """V cos(2π w x + b) + c of k numbers: float32 (n, k·m)."""
    k, f = tensors["frequency"].shape
    m = layer.periodic.size - 1
    numbers = graph.columns(x, layer.numbers, layer.fan_in)
    apart = graph.node("Unsqueeze", numbers, graph.constant(np.array([2], dtype=np.int64)))  # (n, k, 1)
    turns = graph.node("Mul", apart, graph.constant(tensors["frequency"], "frequency"))  # (n, k, f)
    angle = graph.node("Mul", turns, graph.constant(np.array(2 * np.pi, dtype=np.float32)))
    cosine = graph.node("Cos", graph.node("Add", angle, graph.constant(tensors["phase"], "phase")))
    by_number = graph.node("Transpose", cosine, perm=[1, 0, 2])  # (k, n, f)
    functions = graph.constant(tensors["function"].reshape(k, f, m), "function")
    sums = graph.node("Transpose", graph.node("MatMul", by_number, functions), perm=[1, 0, 2])  # (n, k, m)
    values = graph.node("Add", sums, graph.constant(tensors["offset"], "offset"))
    return graph.node("Reshape", values, graph.constant(np.array([-1, k * m], dtype=np.int64)))
