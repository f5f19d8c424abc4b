"""The last nodes of an ensemble: the mean of the networks' answers, and their spread."""

from collections.abc import Sequence
from typing import assert_never

import numpy as np

from export.onnx.answer import values
from export.onnx.graph import Graph
from export.signature import Signature
from export.trained import Trained


def mean_answer(graph: Graph, members: Sequence[Trained], taken: Signature, outputs: Sequence[str]) -> None:
    """Add the model's outputs, computed from the outputs of each network's last layer."""
    assert taken.spread is not None
    mean, spread = _mean_and_spread(
        graph, [values(graph, one, output) for one, output in zip(members, outputs, strict=True)]
    )
    trained = members[0]
    match trained.data.task:
        case "classification":
            place = graph.node("ArgMax", mean, axis=1, keepdims=1)
            prediction = graph.node("Gather", graph.texts(trained.data.classes, "classes"), place)
        case "multi_label":
            prediction = graph.node("Greater", mean, graph.constant(np.array(0.5)))
        case "regression":
            prediction = mean
        case _:
            assert_never(trained.data.task)
    graph.output(taken.prediction.name, prediction, taken.prediction.type, taken.prediction.shape)
    if taken.probabilities is not None:
        shares = graph.cast(mean, "float32")
        graph.output(taken.probabilities.name, shares, taken.probabilities.type, taken.probabilities.shape)
    graph.output(taken.spread.name, spread, taken.spread.type, taken.spread.shape)


def _mean_and_spread(graph: Graph, members: Sequence[str]) -> tuple[str, str]:
    """Mean and sample standard deviation over k members, each (n, outputs); computed in float64."""
    axis = graph.constant(np.array([1], dtype=np.int64), "axis")
    stacked = graph.cast(graph.concat([graph.node("Unsqueeze", one, axis) for one in members]), "float64")  # (n, k, …)
    mean = graph.node("ReduceMean", stacked, axis, keepdims=1)  # (n, 1, outputs)
    squares = graph.node("ReduceSumSquare", graph.node("Sub", stacked, mean), axis, keepdims=0)
    spread = graph.node("Sqrt", graph.node("Div", squares, graph.constant(np.array(len(members) - 1.0))))
    return graph.node("Squeeze", mean, axis), spread
