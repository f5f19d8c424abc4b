"""Whole models: their predictions and their metadata."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import pytest

from export.build import build
from export.check import TOLERANCE, Differs, check
from export.checkpoint import Unusable
from export.feeds import feeds
from export.onnx.model import onnx_model
from export.reference import outputs, probabilities
from export.sample import sample
from export.session import Session
from export.trained import Trained
from gradus.spec.activation import ACTIVATIONS
from gradus.spec.loss import Task
from preprocessing.encode import transform
from tests.unit.export.networks import Example, engine_outputs, example

WORDS: dict[str, dict[str, Any]] = {
    "no layers": {"layers": []},
    "batch norm": {"batch_norm": True},
    "no bias": {"layers": [{"units": 7, "bias": False}]},
    "dropout": {"dropout": 0.5, "input_dropout": 0.2},
    "ntk": {"init": "ntk", "output_init": "ntk"},
    "scale": {"layers": [{"kind": "scale"}, 7]},
    "periodic": {"number_embeddings": "periodic"},
    "embeddings": {"number_embeddings": {"kind": "periodic", "size": 3}, "embedded": True},
    "vectors": {"embedded": True, "batch_norm": True},
}
TASKS: list[tuple[Task, int]] = [("classification", 3), ("multi_label", 4), ("regression", 1), ("regression", 3)]


def agree(one: Example) -> None:
    """Check that the engine, the reference and the ONNX model agree on the same rows."""
    trained = one.trained
    rows = sample(trained.fitted, 200, seed=5)
    inputs = transform(trained.fitted, rows)
    ours, exact = engine_outputs(one, inputs), outputs(trained, inputs)
    assert np.abs(ours - exact).max() <= 5 * TOLERANCE
    found = build(trained, {}).session.run(feeds(trained.fitted, rows))
    shares = probabilities(trained.data.task, exact)
    if shares is None:
        assert trained.target_scale is not None
        scale = trained.target_scale
        assert np.abs((found["prediction"] - scale.mean) / scale.deviation - exact).max() <= TOLERANCE
        return
    assert np.abs(found["probabilities"] - shares).max() <= TOLERANCE
    if trained.data.task == "classification":
        likeliest = [[trained.data.classes[i]] for i in exact.argmax(axis=1)]
        assert found["prediction"].tolist() == likeliest
    else:
        assert np.array_equal(found["prediction"], exact > 0)


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_every_layer_answers_as_the_engine_does(words: dict[str, Any]) -> None:
    agree(example(**words))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_answers_as_the_engine_does(activation: str) -> None:
    agree(example(activation=activation, optimizer={"kind": "sgd", "lr": 0.1}))


@pytest.mark.parametrize(("task", "count"), TASKS)
def test_every_task_answers_as_the_engine_does(task: Task, count: int) -> None:
    agree(example(task, count))


def test_a_model_says_what_it_is_and_passes_the_checker() -> None:
    trained = example(embedded=True).trained
    model = onnx_model([trained], {"checkpoint": "sha256:9c", "experiment": "exp_1"})
    onnx.checker.check_model(model, full_check=True)
    assert {one.domain: one.version for one in model.opset_import} == {"": 21, "ai.onnx.ml": 4}
    assert model.ir_version == 10
    said = {one.key: one.value for one in model.metadata_props}
    assert (said["checkpoint"], said["digest"], said["task"]) == ("sha256:9c", "sha256:0", "classification")
    assert json.loads(said["classes"]) == ["class 0", "class 1", "class 2"]
    assert json.loads(said["missing_text"]) == {"city": ""}
    assert [one.name for one in model.graph.output] == ["prediction", "probabilities"]
    assert not any(node.op_type == "Scaler" for node in model.graph.node)


def test_any_number_of_rows_can_be_asked_about() -> None:
    trained = example().trained
    session = build(trained, {}).session
    many = session.run(feeds(trained.fitted, sample(trained.fitted, 50, seed=1)))["probabilities"]
    for i in (0, 17, 49):
        tensors = feeds(trained.fitted, sample(trained.fitted, 50, seed=1))
        one = session.run({name: tensor[i : i + 1] for name, tensor in tensors.items()})["probabilities"]
        assert np.abs(one[0] - many[i]).max() <= TOLERANCE
    assert session.run({name: tensor[:0] for name, tensor in tensors.items()})["probabilities"].shape == (0, 3)


def wrong(trained: Trained, by: float) -> Trained:
    """The network with one changed weight."""
    weight = trained.tensors["layers/0.weight"].copy()
    weight[0, 0] += by
    return replace(trained, tensors={**trained.tensors, "layers/0.weight": weight})


@pytest.mark.parametrize("by", [1e-3, 1.0])
def test_a_model_that_differs_from_the_reference_is_not_handed_out(by: float) -> None:
    trained = example(activation="tanh").trained
    model = onnx_model([wrong(trained, by)], {}).SerializeToString()
    with pytest.raises(Differs, match="differs from the reference by"):
        check([trained], Session(model))


def test_a_network_of_huge_numbers_is_checked_by_what_float32_can_tell() -> None:
    """Its outputs have a magnitude of 10⁷, at which float32 is exact only to about 1."""
    trained = example(task="regression", outputs=1).trained
    tensors = {name: tensor * np.float32(1e3) for name, tensor in trained.tensors.items()}
    big = replace(trained, tensors=tensors)
    assert check([big], Session(onnx_model([big], {}).SerializeToString())) > 1e-6
    with pytest.raises(Differs):
        check([big], Session(onnx_model([wrong(big, 30.0)], {}).SerializeToString()))


def test_a_network_whose_answers_overflow_is_not_handed_out() -> None:
    trained = example(task="regression", outputs=1).trained
    tensors = {name: np.full_like(tensor, 1e38) for name, tensor in trained.tensors.items()}
    with pytest.raises(Unusable, match="diverged: choose an earlier epoch"):
        build(replace(trained, tensors=tensors), {})


def test_a_label_without_any_evidence_is_off_as_in_training() -> None:
    trained = example("multi_label", 4).trained
    tensors = {name: np.zeros_like(tensor) for name, tensor in trained.tensors.items()}
    zero = replace(trained, tensors=tensors)
    found = build(zero, {}).session.run(feeds(trained.fitted, sample(trained.fitted, 3)))
    assert (found["probabilities"] == 0.5).all()
    assert not found["prediction"].any()


def test_the_model_is_the_same_file_whenever_it_is_made() -> None:
    trained = example(batch_norm=True).trained
    assert build(trained, {"a": "b"}).content == build(trained, {"a": "b"}).content
