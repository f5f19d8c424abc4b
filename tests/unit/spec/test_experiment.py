"""The experiment spec: shorthands, what is left to defaults, and the fingerprint."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from gradus import Adam, BatchNorm, Dataset, Dense, EarlyStopping, He, Momentum, Spec, Xavier
from gradus.spec.activation import ACTIVATIONS, FORMULAS, RELU_FAMILY
from gradus.spec.initializer import Ntk, Zeros
from gradus.spec.loss import ConcreteLoss, CrossEntropy, SquaredLoss
from gradus.spec.nodes.dense import DensePlan
from tests.built_in import resolved
from tests.documents import dense_layers

MINIMAL: dict[str, Any] = {"dataset": "mnist", "layers": [300, 100]}
DENSE: dict[str, Any] = {"kind": "dense", "units": 30}


def document(**changes: Any) -> dict[str, Any]:
    """The resolved spec of a posted document."""
    return resolved(Spec.model_validate({**MINIMAL, **changes})).document


@pytest.mark.parametrize(
    ("field", "short", "full"),
    [
        ("dataset", "wine", {"name": "wine", "limit": None, "validation_size": 14, "standardize": False}),
        ("optimizer", "sgd", {"kind": "sgd", "lr": 0.01}),
        ("optimizer", "momentum", {"kind": "momentum", "lr": 0.01, "momentum": 0.9, "nesterov": False}),
        ("optimizer", "adagrad", {"kind": "adagrad", "lr": 0.01, "eps": 1e-10}),
        ("optimizer", "rmsprop", {"kind": "rmsprop", "lr": 0.001, "rho": 0.9, "eps": 1e-8}),
        ("optimizer", "adam", {"kind": "adam", "lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
        (
            "optimizer",
            "adamw",
            {
                "kind": "adamw",
                "lr": 0.001,
                "beta1": 0.9,
                "beta2": 0.999,
                "eps": 1e-8,
                "weight_decay": 0.01,
                "decay": "weights",
            },
        ),
        ("init", "auto", {"kind": "auto"}),
        ("init", "xavier", {"kind": "xavier", "distribution": "normal", "fan": "in"}),
        ("init", "he", {"kind": "he", "distribution": "normal", "fan": "in"}),
        ("init", "normal", {"kind": "normal", "std": 0.05}),
        ("init", "uniform", {"kind": "uniform", "bound": 0.05}),
        ("init", "constant", {"kind": "constant", "value": 0.1}),
        ("init", "zeros", {"kind": "zeros"}),
        ("init", "orthogonal", {"kind": "orthogonal", "gain": 1.0}),
        ("loss", "auto", {"kind": "cross_entropy", "label_smoothing": 0.0}),
        ("loss", "cross_entropy", {"kind": "cross_entropy", "label_smoothing": 0.0}),
        ("schedule", "constant", {"kind": "constant", "warmup": 0.0}),
        ("schedule", "step", {"kind": "step", "every": 10, "factor": 0.1, "warmup": 0.0}),
        ("schedule", "exponential", {"kind": "exponential", "factor": 0.95, "warmup": 0.0}),
        ("schedule", "cosine", {"kind": "cosine", "final": 0.0, "warmup": 0.0}),
        ("schedule", "inverse_time", {"kind": "inverse_time", "decay": 0.1, "warmup": 0.0}),
        ("batch_norm", True, {"momentum": 0.1, "eps": 1e-5}),
        ("batch_norm", False, False),
        ("early_stopping", True, {"metric": "validation_loss", "patience": 5, "min_delta": 0.0}),
        ("early_stopping", None, None),
        ("checkpoint", 5, {"every": 5, "keep": 10}),
        ("checkpoint", {}, {"every": None, "keep": 10}),
    ],
)
def test_a_shorthand_comes_back_in_full(field: str, short: Any, full: Any) -> None:
    assert document(**{field: short})[field] == full
    assert document(**{field: full})[field] == full


def test_an_integer_is_a_dense_layer() -> None:
    assert document(layers=[30])["layers"] == document(layers=[DENSE])["layers"]
    assert document(layers=[30])["layers"] == [
        {
            "kind": "dense",
            "units": 30,
            "activation": "relu",
            "init": {"kind": "he", "distribution": "normal", "fan": "in"},
            "batch_norm": False,
            "dropout": 0.0,
            "bias": True,
        }
    ]


def test_a_tag_counts_once_where_it_stands_first() -> None:
    assert document(tags=["b", "a", "b"])["tags"] == ["b", "a"]


def test_the_defaults_are_those_of_the_contract() -> None:
    full = document()
    del full["layers"], full["dataset"], full["optimizer"], full["init"], full["schedule"], full["loss"]
    assert full == {
        "name": "",
        "tags": [],
        "notes": "",
        "priority": 0,
        "activation": "relu",
        "output_init": None,
        "number_embeddings": {"kind": "none"},
        "batch_norm": False,
        "dropout": 0.0,
        "input_dropout": 0.0,
        "l1": 0.0,
        "l2": 0.0,
        "batch_size": 64,
        "epochs": 10,
        "max_seconds": None,
        "early_stopping": None,
        "clip_norm": None,
        "seed": 0,
        "precision": "float32",
        "device": "auto",
        "checkpoint": {"every": None, "keep": 10},
        "statistics": "default",
    }
    assert document()["optimizer"]["kind"] == "adam"
    assert document()["init"]["kind"] == "auto"
    assert document()["schedule"]["kind"] == "constant"
    assert document()["dataset"]["validation_size"] == 5000


@pytest.mark.parametrize(
    ("key", "top", "own"),
    [
        ("activation", "tanh", "sigmoid"),
        ("init", {"kind": "zeros"}, {"kind": "normal", "std": 0.1}),
        ("batch_norm", {"momentum": 0.5, "eps": 1e-5}, False),
        ("batch_norm", False, {"momentum": 0.5, "eps": 1e-5}),
        ("dropout", 0.5, 0.0),
    ],
)
def test_a_layer_s_own_key_comes_before_the_experiment_s(key: str, top: Any, own: Any) -> None:
    layers = document(layers=[DENSE, {**DENSE, key: own}], **{key: top})["layers"]
    assert [layer[key] for layer in layers] == [top, own]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_auto_is_he_for_the_relu_family_and_xavier_else(activation: str) -> None:
    (layer,) = dense_layers(Spec(dataset="mnist", layers=[3], activation=activation).written_out())
    assert layer.init == (He() if activation in RELU_FAMILY else Xavier())


@pytest.mark.parametrize(("dataset", "loss"), [("wine", CrossEntropy()), ("diabetes", SquaredLoss())])
def test_the_automatic_loss_is_the_plain_one_of_the_task(dataset: str, loss: ConcreteLoss) -> None:
    plain = Spec(dataset=dataset, layers=[3])
    assert resolved(plain).spec.loss == loss
    assert resolved(Spec(dataset=dataset, layers=[3], loss=loss)).fingerprint == resolved(plain).fingerprint


def test_every_activation_has_a_formula() -> None:
    assert list(FORMULAS) == list(ACTIVATIONS)


VARIED: list[dict[str, Any]] = [
    {},
    {"layers": []},
    {"layers": [3, {**DENSE, "dropout": 0.5, "init": "zeros", "bias": False}], "init": "orthogonal"},
    {"batch_norm": True, "optimizer": {"kind": "sgd", "lr": 1e-3}, "schedule": {"kind": "cosine", "warmup": 0.5}},
    {"batch_size": "full", "early_stopping": {"metric": "validation_accuracy"}, "clip_norm": 1, "max_seconds": 60},
    {"dataset": {"name": "digits", "validation_size": 0.25, "limit": 100, "standardize": True}, "activation": "gelu"},
    {"name": "ü", "tags": ["a", "b"], "notes": "line\nline", "precision": "bfloat16", "device": "cpu", "l1": 1e-4},
]


@pytest.mark.parametrize("changes", VARIED)
def test_a_resolved_spec_is_left_as_it_is(changes: dict[str, Any]) -> None:
    experiment = Spec.model_validate({**MINIMAL, **changes})
    once = resolved(experiment)
    assert resolved(once.spec) == once
    assert resolved(once.spec).fingerprint == once.fingerprint


@pytest.mark.parametrize("changes", VARIED)
def test_a_resolved_document_read_again_is_the_same(changes: dict[str, Any]) -> None:
    experiment = Spec.model_validate({**MINIMAL, **changes})
    once = resolved(experiment)
    again = Spec.model_validate_json(json.dumps(once.document))
    assert again == once.spec
    assert resolved(again).fingerprint == once.fingerprint


@pytest.mark.parametrize("changes", [{"name": "x"}, {"tags": ["x"]}, {"notes": "x"}])
def test_the_fingerprint_ignores_what_is_for_people(changes: dict[str, Any]) -> None:
    assert fingerprint(**changes) == fingerprint()


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset": {"name": "mnist", "validation_size": 5000}},
        {"layers": [{"kind": "dense", "units": 300, "activation": "relu"}, 100]},
        {"batch_norm": False, "optimizer": {"kind": "adam", "lr": 0.001}},
        {"l1": 0, "dropout": -0.0},
        {"loss": "cross_entropy"},
    ],
)
def test_the_fingerprint_ignores_how_a_default_is_written(changes: dict[str, Any]) -> None:
    assert fingerprint(**changes) == fingerprint()


@pytest.mark.parametrize("kind", ["auto", "cpu", "cuda"])
def test_a_device_without_options_may_be_an_object(kind: str) -> None:
    experiment = Spec.model_validate({**MINIMAL, "device": {"kind": kind}})
    assert experiment == Spec.model_validate({**MINIMAL, "device": kind})


DIFFERENT: list[dict[str, Any]] = [
    {"dataset": "fashion_mnist"},
    {"dataset": {"name": "mnist", "limit": 10}},
    {"dataset": {"name": "mnist", "validation_size": 1000}},
    {"dataset": {"name": "mnist", "standardize": True}},
    {"layers": [300]},
    {"layers": [100, 300]},
    {"layers": [300, {"kind": "dense", "units": 100, "bias": False}]},
    {"activation": "tanh"},
    {"init": "xavier"},
    {"output_init": "zeros"},
    {"dataset": "wine", "number_embeddings": "periodic"},
    {"batch_norm": True},
    {"batch_norm": {"eps": 1e-3}},
    {"dropout": 0.1},
    {"input_dropout": 0.1},
    {"l1": 0.1},
    {"l2": 0.1},
    {"optimizer": "sgd"},
    {"optimizer": {"kind": "adam", "lr": 0.002}},
    {"loss": {"kind": "cross_entropy", "label_smoothing": 0.1}},
    {"schedule": "cosine"},
    {"schedule": {"kind": "constant", "warmup": 1}},
    {"batch_size": 32},
    {"batch_size": "full"},
    {"epochs": 11},
    {"max_seconds": 5},
    {"early_stopping": True},
    {"clip_norm": 1},
    {"seed": 1},
    {"precision": "bfloat16"},
    {"device": "cpu"},
]


def test_the_fingerprint_notices_every_other_change() -> None:
    prints = [fingerprint(**changes) for changes in [{}, *DIFFERENT]]
    assert len(set(prints)) == len(prints)
    changed = {key for changes in DIFFERENT for key in changes}
    assert changed == set(Spec.model_fields) - {"name", "tags", "notes", "priority", "checkpoint", "statistics"}
    assert fingerprint(checkpoint=1, statistics="full", priority=10) == fingerprint()


def fingerprint(**changes: Any) -> str:
    return resolved(Spec.model_validate({**MINIMAL, **changes})).fingerprint


PINNED: list[tuple[dict[str, Any], str]] = [
    (MINIMAL, "24c87778e7caf9e0a7cb6c8c79a3ad9676b0d7cbe404f57fc4b2873cf23869a3"),
    (
        {
            "dataset": {"name": "digits", "validation_size": 0.25, "standardize": True, "limit": 500},
            "layers": [64],
            "batch_norm": True,
        },
        "0d872ef21a985f3a1df024af9d54561e28933e7cad4cbe2dd86e94aae1784cfa",
    ),
    (
        {"dataset": "diabetes", "layers": [], "early_stopping": True},
        "da34c47f8ae632ccbc1b7a8f104f2bb11b27f8fff2d50ceee31f09f026ee2a69",
    ),
    (
        {
            "dataset": {"name": "wine", "validation_size": 20},
            "layers": [8, {"units": 4, "activation": "tanh"}],
            "optimizer": "sgd",
        },
        "10555a26a691497220578fb34b25d024b7a3e3411a8146785ad050878ad894fd",
    ),
    (
        {"dataset": "breast_cancer", "layers": [5], "batch_size": "full", "schedule": {"kind": "cosine"}},
        "041ad2e24f2c8b1f353662b7cc2492da0e1d48d0f837f9670fcfbfe02fc5aaa0",
    ),
    (
        {"dataset": {"name": "fashion_mnist", "limit": 100_000}, "layers": [1], "seed": 7},
        "58fd258838ba1586efbb24b26c1601bbbb1372e817b60b286f8c99f23d36a09e",
    ),
]


@pytest.mark.parametrize(("spec", "pinned"), PINNED)
def test_the_fingerprint_of_a_spec_never_changes(spec: dict[str, Any], pinned: str) -> None:
    """Stored experiments are found by their fingerprint."""
    assert resolved(Spec.model_validate(spec)).fingerprint == pinned


def test_a_spec_is_frozen() -> None:
    experiment = Spec(**MINIMAL)
    with pytest.raises(ValidationError, match="frozen"):
        experiment.epochs = 5  # type: ignore[misc]


def test_python_and_json_say_the_same() -> None:
    spoken = Spec(
        dataset=Dataset(name="mnist", limit=1000),
        layers=[Dense(300), Dense(units=100, dropout=0.5)],
        batch_norm=BatchNorm(),
        optimizer=Momentum(nesterov=True),
        early_stopping=EarlyStopping(patience=3),
    )
    written = Spec.model_validate(
        {
            "dataset": {"name": "mnist", "limit": 1000},
            "layers": [300, {"kind": "dense", "units": 100, "dropout": 0.5}],
            "batch_norm": True,
            "optimizer": {"kind": "momentum", "nesterov": True},
            "early_stopping": {"patience": 3},
        }
    )
    assert spoken == written
    assert Spec(**MINIMAL, optimizer=Adam()) == Spec(**MINIMAL)


@pytest.mark.parametrize(
    ("dataset", "train", "validation"),
    [
        ({"name": "mnist"}, 55_000, 5_000),
        ({"name": "mnist", "validation_size": 10_000}, 50_000, 10_000),
        ({"name": "mnist", "validation_size": 0.5, "limit": 40_000}, 30_000, 30_000),
        ({"name": "mnist", "limit": 100}, 100, 5_000),
        ({"name": "wine"}, 129, 14),  # 178 - 35 for the test, a tenth of 143
        ({"name": "wine", "validation_size": 0.001}, 142, 1),
    ],
)
def test_examples_are_counted_before_any_file_is_opened(dataset: dict[str, Any], train: int, validation: int) -> None:
    counted = resolved(Spec(dataset=dataset, layers=[])).data
    assert (counted.train_examples, counted.validation_examples) == (train, validation)


def test_a_layer_without_a_kind_is_dense() -> None:
    assert document(layers=[{"units": 3}]) == document(layers=[3])


def test_a_layer_of_factors_is_as_wide_as_what_comes_before_it() -> None:
    spec = Spec(dataset="wine", layers=[{"kind": "scale", "lr_factor": 6}, 5, {"kind": "scale"}])
    network = resolved(spec).network
    assert [(layer.kind, *layer.in_shape, *layer.shape, layer.parameters) for layer in network.layers] == [
        ("scale", 13, 13, 13),
        ("dense", 13, 5, 70),
        ("scale", 5, 5, 5),
        ("dense", 5, 3, 18),
    ]


def test_the_output_layer_takes_its_own_initializer() -> None:
    layers = resolved(Spec(dataset="wine", layers=[5], init="ntk", output_init="zeros")).network.layers
    assert [layer.init for layer in layers if isinstance(layer, DensePlan)] == [Ntk(), Zeros()]


TABM_ON_ADULT: dict[str, Any] = {
    "layers": [400, 400, 400, 400],
    "dropout": 0.231,
    "optimizer": {"kind": "adamw", "lr": 1.06e-4, "weight_decay": 0.0795},
    "batch_size": 256,
    "clip_norm": 1.0,
    "early_stopping": {"metric": "validation_accuracy", "patience": 16},
    "epochs": 1000,
}
"""The plain MLP that the authors of TabM compare with."""


def test_the_published_mlp_for_adult_is_a_spec() -> None:
    full = document(**TABM_ON_ADULT)
    assert full["optimizer"]["decay"] == "weights"
    assert [(layer["units"], layer["dropout"]) for layer in full["layers"]] == [(400, 0.231)] * 4
