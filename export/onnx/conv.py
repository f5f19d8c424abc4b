"""Convolutions: ONNX implementations of `gradus.spec.conv`. Images are (n, height, width, channels) between nodes."""

import numpy as np

from export.onnx.activation import activation
from export.onnx.dense import Own, normalized
from export.onnx.graph import Graph
from gradus.spec.nodes.conv import ConvPlan


def conv(graph: Graph, layer: ConvPlan, tensors: Own, x: str) -> str:
    """activation(batch_norm(x ∗ W + b))."""
    k, before, after = layer.kernel, *layer.padding
    kernel = tensors["weight"].reshape(k, k, -1, layer.channels).transpose(3, 2, 0, 1)
    weight = (kernel * layer.input_factor).astype(np.float32)
    bias = [graph.constant(tensors["bias"], "bias")] if "bias" in tensors else []
    z = graph.node(
        "Conv",
        channels_first(graph, x),
        graph.constant(weight, "weight"),
        *bias,
        kernel_shape=[k, k],
        strides=[layer.stride] * 2,
        pads=[before, before, after, after],
        dilations=[layer.dilation] * 2,
        group=layer.groups,
    )
    return activation(graph, layer.activation, normalized(graph, layer.batch_norm, tensors, channels_last(graph, z)))


def channels_first(graph: Graph, x: str) -> str:
    """(n, channels, height, width)."""
    return graph.node("Transpose", x, perm=[0, 3, 1, 2])


def channels_last(graph: Graph, x: str) -> str:
    """(n, height, width, channels)."""
    return graph.node("Transpose", x, perm=[0, 2, 3, 1])
