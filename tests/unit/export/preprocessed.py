"""Only the preprocessing, as an ONNX model."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from export.onnx.columns import encoded
from export.onnx.graph import Graph
from export.session import Session
from export.signature import signature
from gradus.dataset_plan import DatasetPlan
from preprocessing.encode import Fitted

OUTPUT = "encoded"


def session_of(fitted: Fitted) -> Session:
    """A model from raw columns to the inputs of a network, which ONNX's checker must accept."""
    plan = DatasetPlan(
        task="regression",
        input_shape=(fitted.inputs,),
        classes=(),
        train_examples=1,
        validation_examples=1,
        test_examples=1,
    )
    graph = Graph([*fitted.names, OUTPUT])
    for one in signature(fitted, plan).inputs:
        graph.input(one.name, one.type, one.shape)
    graph.output(OUTPUT, encoded(graph, fitted), "float32", (fitted.inputs,))
    model = graph.model({}, "")
    onnx.checker.check_model(model, full_check=True)
    used = {name for node in model.graph.node for name in node.input}
    assert {one.name for one in model.graph.initializer} <= used  # runtimes warn of others
    return Session(model.SerializeToString())


def encoded_by(session: Session, feeds: dict[str, NDArray[Any]]) -> NDArray[np.float32]:
    """The inputs of a network that the model computes, (n, inputs)."""
    return session.run(feeds)[OUTPUT]
