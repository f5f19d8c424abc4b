"""Networks that read images give the same predictions in the engine, as ONNX models and in plain numpy."""

from typing import Any

import numpy as np
import pytest
import torch

from export.check import TOLERANCE
from export.onnx.graph import Graph
from export.onnx.network import network
from export.reference import outputs
from export.session import Session
from export.trained import Trained
from gradus.spec.experiment import Spec
from tests.unit.export.networks import fitted
from tests.unit.training.images import NETWORKS, made_up_images
from worker.training.train import train


@pytest.mark.parametrize("words", NETWORKS.values(), ids=NETWORKS)
def test_images_answer_as_the_engine_does(words: dict[str, Any]) -> None:
    data = made_up_images(dtype=torch.float32)
    spec = Spec(**{"dataset": "wine", "batch_size": 10, "epochs": 1, **words})
    training = train([spec.written_out(data.task)], data, torch.device("cpu"))
    list(training)
    plan = training._engine.plans[0]
    tensors = {name: tensor.numpy() for name, tensor in training.weights(0).items()}
    inputs = data.validation.inputs
    exact = outputs(Trained(plan, data.plan, tensors, fitted(), None), inputs.numpy())

    graph = Graph()
    graph.output("outputs", network(graph, plan, tensors, graph.input("x", "float32", [72])), "float32", [3])
    found = Session(graph.model({}, "").SerializeToString()).run({"x": inputs.numpy()})["outputs"]

    ours = training._engine.evaluate(inputs)[0].numpy()
    assert np.abs(ours - exact).max() <= 5 * TOLERANCE * max(1, np.abs(exact).max())
    assert np.abs(found - exact).max() <= 5 * TOLERANCE * max(1, np.abs(exact).max())
