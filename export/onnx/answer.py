"""The last nodes of a network: its outputs as predictions and probabilities."""

from typing import assert_never

import numpy as np

from export.onnx.graph import Graph
from export.signature import Signature
from export.trained import TargetScale, Trained


def answer(graph: Graph, trained: Trained, taken: Signature, outputs: str) -> None:
    """Add the model's outputs, computed from the outputs of the last layer."""
    match trained.data.task:
        case "classification":
            place = graph.node("ArgMax", outputs, axis=1, keepdims=1)
            prediction = graph.node("Gather", graph.texts(trained.data.classes, "classes"), place)
        case "multi_label":
            # By the logit, as in training and evaluation: a rounded probability of 1/2 may be that of a logit below 0.
            prediction = graph.node("Greater", outputs, graph.constant(np.array(0, dtype=np.float32)))
        case "regression":
            prediction = values(graph, trained, outputs)
        case _:
            assert_never(trained.data.task)
    graph.output(taken.prediction.name, prediction, taken.prediction.type, taken.prediction.shape)
    if taken.probabilities is not None:
        probabilities = values(graph, trained, outputs)
        graph.output(taken.probabilities.name, probabilities, taken.probabilities.type, taken.probabilities.shape)


def values(graph: Graph, trained: Trained, outputs: str) -> str:
    """The probabilities, float32, or the targets in their own units, float64; (n, outputs)."""
    match trained.data.task:
        case "classification":
            return graph.node("Softmax", _tempered(graph, trained.temperature, outputs), axis=1)
        case "multi_label":
            return graph.node("Sigmoid", _tempered(graph, trained.temperature, outputs))
        case "regression":
            assert trained.target_scale is not None
            return _in_own_units(graph, trained.target_scale, outputs)
        case _:
            assert_never(trained.data.task)


def _tempered(graph: Graph, temperature: float, logits: str) -> str:
    if temperature == 1.0:
        return logits
    return graph.node("Div", logits, graph.constant(np.array(temperature, dtype=np.float32), "temperature"))


def _in_own_units(graph: Graph, scale: TargetScale, outputs: str) -> str:
    factor, shift = graph.constant(scale.deviation[None]), graph.constant(scale.mean[None])
    return graph.node("Add", graph.node("Mul", graph.cast(outputs, "float64"), factor), shift)
