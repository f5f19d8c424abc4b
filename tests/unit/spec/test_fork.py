"""Forks: which fields a change affects, and which weights can be reused."""

from typing import Any

import pytest

from gradus.errors import InvalidSpec
from gradus.fork import changed, misfits
from gradus.spec.experiment import Spec
from gradus.spec.loss import CrossEntropy, SquaredLoss
from tests.built_in import resolved
from tests.documents import dense_layers

BASE: dict[str, Any] = {"dataset": "digits", "layers": [30, {"kind": "dense", "units": 20, "dropout": 0.1}]}


def base(**changes: Any) -> Spec:
    return resolved(Spec.model_validate({**BASE, **changes})).spec


def test_no_change_is_the_same_experiment() -> None:
    assert resolved(changed(base(), {}, 143)).spec == base()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"activation": "tanh"}, ["tanh", "tanh"]),
        ({"layers": [{"kind": "dense", "units": 30, "activation": "elu"}, 20]}, ["elu", "relu"]),
    ],
)
def test_layers_follow_the_experiment_where_they_have_nothing_of_their_own(
    change: dict[str, Any], expected: list[str]
) -> None:
    assert [layer.activation for layer in dense_layers(changed(base(), change).written_out())] == expected


def test_a_residual_keeps_the_activation_that_its_last_layer_sets() -> None:
    block = {"kind": "residual", "layers": [5, {"kind": "dense", "units": 5, "activation": "relu"}]}
    network = resolved(base(layers=[5, block])).network
    assert resolved(changed(base(layers=[5, block]), {"seed": 1}, 143)).network == network
    tanh = resolved(changed(base(layers=[5, block]), {"activation": "tanh"})).network
    assert [node.activation for node in tanh.layers] == ["tanh", "tanh", "relu", "tanh", "identity"]


def test_the_plain_loss_follows_the_task() -> None:
    assert resolved(changed(base(), {"dataset": "diabetes"})).spec.loss == SquaredLoss()
    smooth = base(loss=CrossEntropy(label_smoothing=0.1))
    with pytest.raises(InvalidSpec, match="does not fit the task regression"):
        resolved(changed(smooth, {"dataset": "diabetes"}))
    assert changed(smooth, {"dataset": "wine"}).loss == smooth.loss


def test_what_a_layer_has_of_its_own_stays() -> None:
    assert [layer.dropout for layer in dense_layers(changed(base(), {"dropout": 0.5}).written_out())] == [0.5, 0.1]


def test_initialisers_follow_the_activation_and_the_experiment() -> None:
    tanh = changed(base(), {"activation": "tanh"}).written_out()
    assert [layer.init.kind for layer in dense_layers(tanh) if layer.init] == ["xavier", "xavier"]
    zeros = changed(base(), {"init": "zeros"}).written_out()
    assert [layer.init.kind for layer in dense_layers(zeros) if layer.init] == ["zeros", "zeros"]


def test_null_takes_a_field_back_to_its_default() -> None:
    assert changed(base(clip_norm=1.0, epochs=50), {"clip_norm": None, "epochs": None}).epochs == 10


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({}, []),
        ({"activation": "tanh", "dropout": 0.5, "optimizer": "sgd", "seed": 3, "batch_size": 8}, []),
        ({"layers": [30, 21]}, ["layers/1", "output"]),
        ({"layers": [31, 20]}, ["layers/0", "layers/1"]),
        ({"layers": [30]}, ["layers/1", "output"]),
        ({"layers": [30, 20, 5]}, ["layers/2", "output"]),
        ({"batch_norm": True}, ["layers/0", "layers/1"]),
        ({"layers": [30, {"kind": "dense", "units": 20, "bias": False}]}, ["layers/1"]),
        ({"init": "ntk"}, ["layers/0", "layers/1", "output"]),
        ({"layers": [{"kind": "scale"}, 20]}, ["layers/0", "layers/1"]),
        ({"dataset": "wine"}, ["layers/0", "output"]),
    ],
)
def test_what_does_not_fit_is_named_layer_by_layer(change: dict[str, Any], paths: list[str]) -> None:
    assert [
        mistake.path for mistake in misfits(resolved(base()).network, resolved(changed(base(), change, 143)).network)
    ] == paths
