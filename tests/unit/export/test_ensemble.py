"""Ensembles and calibrated networks as ONNX: the combined predictions of their members."""

from dataclasses import replace

import numpy as np
import onnx
import pytest

from export.batches import BATCH_BYTES, rows_at_once
from export.build import build, build_ensemble
from export.check import TOLERANCE, Differs, check
from export.feeds import feeds
from export.onnx.model import onnx_model
from export.reference import outputs, probabilities
from export.sample import sample
from export.session import Session
from export.trained import Trained
from gradus.spec.loss import Task
from preprocessing.encode import transform
from tests.unit.export.networks import example

TASKS: list[tuple[Task, int]] = [("classification", 3), ("multi_label", 3), ("regression", 1), ("regression", 2)]


def members(task: Task, count: int) -> list[Trained]:
    """Three networks that were trained on the same data."""
    first = example(task, count).trained
    return [replace(first, tensors={name: one * by for name, one in first.tensors.items()}) for by in (1, 0.5, 1.5)]


@pytest.mark.parametrize(("task", "count"), TASKS)
def test_an_ensemble_answers_with_the_mean_of_its_members_and_their_deviation(task: Task, count: int) -> None:
    networks = members(task, count)
    tensors = feeds(networks[0].fitted, sample(networks[0].fitted, 30, seed=1))
    found = build_ensemble(networks, {}).session.run(tensors)
    name = "prediction" if task == "regression" else "probabilities"
    each = np.stack([build(one, {}).session.run(tensors)[name] for one in networks]).astype(np.float64)
    scale = np.ones(count) if networks[0].target_scale is None else networks[0].target_scale.deviation
    assert np.abs((found[name] - each.mean(axis=0)) / scale).max() <= TOLERANCE
    assert np.abs((found["spread"] - each.std(axis=0, ddof=1)) / scale).max() <= TOLERANCE
    if task == "classification":
        classes = np.array(networks[0].data.classes, dtype=object)
        assert (found["prediction"][:, 0] == classes[each.mean(axis=0).argmax(axis=1)]).all()
    if task == "multi_label":
        assert (found["prediction"] == (each.mean(axis=0) > 0.5)).all()


def test_an_ensemble_passes_the_checker_and_is_held_against_the_reference() -> None:
    networks = members("classification", 3)
    onnx.checker.check_model(onnx_model(networks, {}), full_check=True)
    other = [networks[0], networks[1], networks[1]]
    with pytest.raises(Differs):
        check(networks, Session(onnx_model(other, {}).SerializeToString()))


@pytest.mark.parametrize("task", ["classification", "multi_label"])
@pytest.mark.parametrize("temperature", [0.3, 4.0])
def test_a_temperature_divides_the_logits(task: Task, temperature: float) -> None:
    trained = example(task, 3).trained
    rows = sample(trained.fitted, 30, seed=1)
    found = build(replace(trained, temperature=temperature), {}).session.run(feeds(trained.fitted, rows))
    plain = build(trained, {}).session.run(feeds(trained.fitted, rows))
    logits = outputs(trained, transform(trained.fitted, rows))
    expected = probabilities(task, logits / temperature)
    assert expected is not None
    assert np.abs(found["probabilities"] - expected).max() <= TOLERANCE
    assert (found["prediction"] == plain["prediction"]).all()


@pytest.mark.parametrize("temperature", [0.01, 0.1])
def test_a_low_temperature_multiplies_the_errors_that_are_allowed(temperature: float) -> None:
    """Tested with logits that are so close to each other that no probability is 0 or 1."""
    plain = example("classification", 3, layers=[]).trained
    (name,) = (one for one in plain.tensors if one.endswith("weight"))
    near = replace(plain, tensors={one: 0.01 * tensor for one, tensor in plain.tensors.items()})

    def graph(by: float) -> Session:
        weight = near.tensors[name].copy()
        weight[:, 0] += np.float32(by)
        other = replace(near, temperature=temperature, tensors={**near.tensors, name: weight})
        return Session(onnx_model([other], {}).SerializeToString())

    cold = replace(near, temperature=temperature)
    assert check([cold], graph(3e-7)) > TOLERANCE
    with pytest.raises(Differs):
        check([cold], graph(1e-4))


def test_many_members_take_fewer_rows_at_once() -> None:
    trained = example("classification", 3).trained
    assert rows_at_once(trained, 1) > rows_at_once(trained, 100_000) == BATCH_BYTES // (3 * 100_000 * 8)
