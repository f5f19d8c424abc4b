"""Pooling layers: ONNX implementations of `gradus.spec.pool`."""

from typing import Any

import numpy as np

from export.onnx.conv import channels_first, channels_last
from export.onnx.graph import Graph
from gradus.spec.nodes.pool import PoolPlan


def max_pool(graph: Graph, layer: PoolPlan, x: str) -> str:
    """The largest value in each window."""
    return channels_last(graph, graph.node("MaxPool", channels_first(graph, x), **_window(layer)))


def avg_pool(graph: Graph, layer: PoolPlan, x: str) -> str:
    """The mean of each window, without padding."""
    pooled = graph.node("AveragePool", channels_first(graph, x), count_include_pad=0, **_window(layer))
    return channels_last(graph, pooled)


def global_avg_pool(graph: Graph, x: str) -> str:
    """The mean of each channel, (n, channels)."""
    return graph.node("ReduceMean", x, graph.constant(np.array([1, 2], dtype=np.int64), "axes"), keepdims=0)


def _window(layer: PoolPlan) -> dict[str, Any]:
    return {
        "kernel_shape": [layer.size] * 2,
        "strides": [layer.stride] * 2,
        "pads": [layer.padding] * 4,
    }
