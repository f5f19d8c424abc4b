"""The whole model: raw columns, preprocessing, network, predictions."""

import json
from collections.abc import Mapping
from typing import assert_never

import numpy as np
from onnx import ModelProto

from export.onnx.columns import encoded
from export.onnx.graph import Graph
from export.onnx.network import network
from export.signature import Signature, signature
from export.trained import TargetScale, Trained
from preprocessing.categories import FittedHash
from preprocessing.encode import FittedColumn

DESCRIPTION = "Trained by Gradus. Inputs are raw columns; metadata names classes, missing values and the checkpoint."


def onnx_model(trained: Trained, metadata: Mapping[str, str]) -> ModelProto:
    """The ONNX model of a trained network. `metadata` says where it comes from; what its inputs mean is added."""
    taken = signature(trained.fitted, trained.data)
    graph = Graph(reserved=[one.name for one in (*taken.inputs, *taken.outputs)])
    for one in taken.inputs:
        graph.input(one.name, one.type, one.shape)
    with graph.scope("preprocessing"):
        inputs = encoded(graph, trained.fitted)
    outputs = network(graph, trained.plan, trained.tensors, inputs)
    with graph.scope("prediction"):
        _predictions(graph, trained, taken, outputs)
    return graph.model({**metadata, **_meaning(trained)}, DESCRIPTION)


def _predictions(graph: Graph, trained: Trained, taken: Signature, outputs: str) -> None:
    match trained.data.task:
        case "classification":
            probabilities = graph.node("Softmax", outputs, axis=1)
            place = graph.node("ArgMax", outputs, axis=1, keepdims=1)
            prediction = graph.node("Gather", graph.texts(trained.data.classes, "classes"), place)
        case "multi_label":
            probabilities = graph.node("Sigmoid", outputs)
            # As training and evaluation do: a rounded probability of 1/2 may be that of a logit below 0.
            prediction = graph.node("Greater", outputs, graph.constant(np.array(0, dtype=np.float32)))
        case "regression":
            assert trained.target_scale is not None
            values = _in_own_units(graph, trained.target_scale, outputs)
            graph.output(taken.prediction.name, values, taken.prediction.type, taken.prediction.shape)
            return
        case _:
            assert_never(trained.data.task)
    assert taken.probabilities is not None
    for one, source in ((taken.prediction, prediction), (taken.probabilities, probabilities)):
        graph.output(one.name, source, one.type, one.shape)


def _in_own_units(graph: Graph, scale: TargetScale, outputs: str) -> str:
    factor, shift = graph.constant(scale.deviation[None]), graph.constant(scale.mean[None])
    return graph.node("Add", graph.node("Mul", graph.cast(outputs, "float64"), factor), shift)


def _meaning(trained: Trained) -> dict[str, str]:
    """What the numbers and texts mean, as JSON."""
    missing = {column.column: text for column in trained.fitted.columns if (text := _missing_text(column)) is not None}
    buckets = {column.column: column.buckets for column in trained.fitted.columns if isinstance(column, FittedHash)}
    found = {
        "task": trained.data.task,
        "classes": list(trained.data.classes),
        "targets": list(trained.data.targets),
        "missing_text": missing,
        "hash_buckets": buckets,
        "digest": trained.fitted.digest,
    }
    return {name: one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for name, one in found.items()}


def _missing_text(column: FittedColumn) -> str | None:
    return getattr(column, "missing_text", None)
