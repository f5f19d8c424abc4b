"""The whole model: raw columns, preprocessing, network, predictions."""

import json
from collections.abc import Mapping, Sequence

from onnx import ModelProto

from export.onnx.answer import answer
from export.onnx.columns import encoded
from export.onnx.graph import Graph
from export.onnx.mean_answer import mean_answer
from export.onnx.network import network
from export.signature import signature
from export.trained import Trained
from preprocessing.categories import FittedHash
from preprocessing.encode import FittedColumn

DESCRIPTION = "Trained by Gradus. Inputs are raw columns; metadata names classes, missing values and the checkpoint."


def onnx_model(members: Sequence[Trained], metadata: Mapping[str, str]) -> ModelProto:
    """The ONNX model of a trained network, or of several with the same preprocessing, whose answer is their mean and
    its spread. `metadata` says where the model comes from; the meaning of its inputs is added."""
    trained = members[0]
    taken = signature(trained.fitted, trained.data, len(members))
    graph = Graph(reserved=[one.name for one in (*taken.inputs, *taken.outputs)])
    for one in taken.inputs:
        graph.input(one.name, one.type, one.shape)
    with graph.scope("preprocessing"):
        inputs = encoded(graph, trained.fitted)
    outputs = [network(graph, one.plan, one.tensors, inputs) for one in members]
    with graph.scope("prediction"):
        if taken.spread is None:
            answer(graph, trained, taken, *outputs)
        else:
            mean_answer(graph, members, taken, outputs)
    return graph.model({**metadata, **_meaning(trained)}, DESCRIPTION)


def _meaning(trained: Trained) -> dict[str, str]:
    """The meaning of the numbers and texts of the inputs, as JSON."""
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
