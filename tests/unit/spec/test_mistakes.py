"""Error messages about an invalid spec: where the error is, and what to write instead."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from gradus.spec.experiment import Spec
from gradus.spec.spec_model import SpecModel
from gradus.sweep.request import SweepRequest
from gradus.wire.control import ExtendRequest, ForkRequest
from gradus.wire.experiment import ExperimentPatch
from gradus.wire.key import KeyRequest
from gradus.wire.mistakes import mistakes
from gradus.wire.problem import Mistake, echo
from gradus.wire.webhook import WebhookRequest

GOOD: dict[str, Any] = {"dataset": "mnist", "layers": [3]}
SWEEP = {"base": GOOD, "grid": {"epochs": [1, 2]}}
NO_POINT = "; a whole number is written without point or exponent"
KINDS = {
    "augmentation": "flip, crop, scale, rotate, shift, brightness, noise, cutout, mixup",
    "optimizer": "sgd, momentum, adagrad, rmsprop, adam, adamw",
    "loss": "auto, cross_entropy, binary_cross_entropy, squared, absolute, huber, quantile",
    "init": "auto, xavier, he, normal, uniform, constant, zeros, orthogonal, ntk",
    "layer": "dense, scale, conv, separable_conv, max_pool, avg_pool, global_avg_pool, flatten, residual",
    "schedule": "constant, step, exponential, cosine, inverse_time, coslog",
}
LAYER = 'must be a layer: a whole number of units, or an object such as {"kind": "dense", "units": 300}'
DOCUMENT = 'must be an object such as {"dataset": "mnist", "layers": [300, 100]}'
BATCH_SIZE = 'must be a whole number from 1 to 1000000, or "full"'
CHECKPOINT = 'must be a whole number of epochs, or an object such as {"every": 5, "keep": 10}'
BATCH_NORM = 'must be true, false, or an object such as {"momentum": 0.1}'
DATA_SET = 'must be the name of a data set, or an object such as {"name": "mnist"}'
TARGET = 'must be the name of a column, a list of names, or an object such as {"column": "tags"}'
COLUMN = 'must be a role such as "ignore", or an object such as {"encode": "one_hot"}'
AUGMENT = 'must be a list of changes, such as ["flip", {"kind": "rotate", "degrees": 15}]'
WEIGHTS = 'must be "none", "balanced", or an object such as {"yes": 5.0, "no": 1.0}'
FLAG = "unknown key 'flg': did you mean 'flag'?"
LAYERS = "must be a list of layers, such as [300, 100]"
SIZE = "must be a whole number from 1 to 100000000, or a fraction between 0 and 1"
STOPPING = 'must be true, false, or an object such as {"patience": 5}'
PADDING = 'must be a whole number from 0 to 64, or "same"'
WITHIN = "unknown kind 'residual': known are dense, scale, conv, separable_conv, max_pool, avg_pool"
RESIDUAL: dict[str, Any] = {"kind": "residual", "layers": [3]}
DENSE = {"kind": "dense", "units": 3}


def told(document: Any) -> tuple[Mistake, ...]:
    with pytest.raises(ValidationError) as refusal:
        Spec.model_validate(document)
    return mistakes(refusal.value)


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"dataset": 5}, "dataset", DATA_SET),
        ({"dataset": None}, "dataset", DATA_SET),
        ({"dataset": {}}, "dataset/name", "is required"),
        ({"dataset": {"name": "mnist", "limt": 5}}, "dataset/limt", "unknown key 'limt': did you mean 'limit'?"),
        ({"dataset": {"name": "mnist", "limit": 0}}, "dataset/limit", "must be at least 1"),
        ({"dataset": {"name": "mnist", "validation_size": 0}}, "dataset/validation_size", SIZE),
        ({"dataset": {"name": "mnist", "validation_size": 1.5}}, "dataset/validation_size", SIZE),
        ({"dataset": {"name": "mnist", "validation_size": "x"}}, "dataset/validation_size", SIZE),
        ({"dataset": ""}, "dataset/name", "must have at least 1 character"),
        ({"dataset": {"name": "x", "version": 0}}, "dataset/version", "must be at least 1"),
        ({"dataset": {"name": "x", "target": 3}}, "dataset/target", TARGET),
        ({"dataset": {"name": "x", "target": []}}, "dataset/target", TARGET),
        ({"dataset": {"name": "x", "target": ["a", 3]}}, "dataset/target/1", "must be a string"),
        ({"dataset": {"name": "x", "split": "grouped"}}, "dataset/split/column", "is required"),
        (
            {"dataset": {"name": "x", "split": "stratifed"}},
            "dataset/split",
            "unknown kind 'stratifed': did you mean 'stratified'? known are auto, random, stratified, grouped, time, "
            "column, hash, files",
        ),
        (
            {"dataset": {"name": "x", "split": {"kind": "hash", "columns": []}}},
            "dataset/split/columns",
            "must have at least 1 item",
        ),
        (
            {"dataset": {"name": "x", "columns": {"Age": {"encode": {"kind": "one_hot", "most": 0}}}}},
            "dataset/columns/Age/encode/most",
            "must be at least 1",
        ),
        ({"dataset": {"name": "x", "columns": {"a b": 3}}}, "dataset/columns/a b", COLUMN),
        ({"dataset": {"name": "x", "columns": ["a"]}}, "dataset/columns", "must be an object"),
        (
            {"dataset": {"name": "x", "columns": {"id": "ignored"}}},
            "dataset/columns/id/role",
            "must be 'input', 'ignore', 'target', 'weight', 'group', 'time' or 'split': did you mean 'ignore'?",
        ),
        ({"dataset": {"name": "x", "class_weights": "even"}}, "dataset/class_weights", WEIGHTS),
        ({"dataset": {"name": "x", "class_weights": {"yes": -1}}}, "dataset/class_weights/yes", "must be at least 0"),
        ({"dataset": {"name": "x", "missing": {"kind": "median", "flg": True}}}, "dataset/missing/flg", FLAG),
        ({"dataset": {"name": "x", "augment": 5}}, "dataset/augment", AUGMENT),
        ({"dataset": {"name": "x", "augment": ["flip"] * 10}}, "dataset/augment", "must have at most 9 items"),
        (
            {"dataset": {"name": "x", "augment": ["flip", "noise", "flip"]}},
            "dataset/augment/2",
            "'flip' is listed twice: each kind can be there once",
        ),
        (
            {"dataset": {"name": "x", "augment": ["rotat"]}},
            "dataset/augment/0",
            f"unknown kind 'rotat': did you mean 'rotate'? known are {KINDS['augmentation']}",
        ),
        (
            {"dataset": {"name": "x", "augment": ["flip", {"kind": "rotate", "degrees": 500}]}},
            "dataset/augment/1/degrees",
            "must be at most 180",
        ),
        ({"layers": 300}, "layers", LAYERS),
        ({"layers": "300"}, "layers", LAYERS),
        ({"layers": None}, "layers", LAYERS),
        ({"layers": {"0": 3}}, "layers", LAYERS),
        ({"layers": [3] * 257}, "layers", "must have at most 256 items"),
        ({"layers": [3, "300"]}, "layers/1", LAYER),
        ({"layers": [True]}, "layers/0", LAYER),
        ({"layers": [1.5]}, "layers/0", LAYER),
        ({"layers": [[3]]}, "layers/0", LAYER),
        ({"layers": [-1]}, "layers/0/units", "must be at least 1"),
        ({"layers": [10_000_000]}, "layers/0/units", "must be at most 100000"),
        ({"layers": [{"kind": "dense"}]}, "layers/0/units", "is required"),
        ({"layers": [{"kind": "cnn", "units": 3}]}, "layers/0", f"unknown kind 'cnn': known are {KINDS['layer']}"),
        ({"layers": ["conv"]}, "layers/0/channels", "is required"),
        ({"layers": [{"kind": "conv", "channels": 3, "padding": "full"}]}, "layers/0/padding", PADDING),
        ({"layers": [{"kind": "residual", "layers": []}]}, "layers/0/layers", "must have at least 1 layer"),
        ({"layers": [{"kind": "residual", "layers": [RESIDUAL]}]}, "layers/0/layers/0", WITHIN),
        ({"layers": [RESIDUAL] * 129}, "layers", "must have at most 256 items"),
        ({"layers": [{**DENSE, "droput": 0.3}]}, "layers/0/droput", "unknown key 'droput': did you mean 'dropout'?"),
        ({"layers": [{**DENSE, "init": "foo"}]}, "layers/0/init", f"unknown kind 'foo': known are {KINDS['init']}"),
        ({"layers": [{**DENSE, "init": {"kind": "normal", "std": 0}}]}, "layers/0/init/std", "must be greater than 0"),
        ({"layers": [{**DENSE, "batch_norm": {"eps": 0}}]}, "layers/0/batch_norm/eps", "must be greater than 0"),
        ({"lr": 0.1}, "lr", "unknown key 'lr': it belongs inside 'optimizer'"),
        ({"standardize": True}, "standardize", "unknown key 'standardize': it belongs inside 'dataset'"),
        ({"limit": 100}, "limit", "unknown key 'limit': it belongs inside 'dataset'"),
        ({"units": 100}, "units", "unknown key 'units': it belongs inside 'layers'"),
        ({"every": 5}, "every", "unknown key 'every': it belongs inside 'schedule' or 'checkpoint'"),
        ({"kind": "dense"}, "kind", "unknown key 'kind'"),
        ({"epoks": 5}, "epoks", "unknown key 'epoks': did you mean 'epochs'?"),
        (
            {"layers": [{**DENSE, "eps": 1}]},
            "layers/0/eps",
            "unknown key 'eps': it belongs inside 'batch_norm' or 'optimizer'",
        ),
        ({"layers": [{**DENSE, "epochs": 1}]}, "layers/0/epochs", "unknown key 'epochs': it belongs at the top"),
        (
            {"layers": [{**DENSE, "standardize": True}]},
            "layers/0/standardize",
            "unknown key 'standardize': it belongs inside 'dataset'",
        ),
        ({"optimiser": "adam"}, "optimiser", "unknown key 'optimiser': did you mean 'optimizer'?"),
        ({"Optimizer": "adam"}, "Optimizer", "unknown key 'Optimizer': did you mean 'optimizer'?"),
        ({"a/b c": 1}, "a~1b c", "unknown key 'a/b c'"),
        (
            {"optimizer": "adan"},
            "optimizer",
            f"unknown kind 'adan': did you mean 'adam'? known are {KINDS['optimizer']}",
        ),
        ({"loss": "mse"}, "loss", f"unknown kind 'mse': did you mean 'squared'? known are {KINDS['loss']}"),
        ({"loss": {"kind": "quantile", "q": 1}}, "loss/q", "must be less than 1"),
        ({"optimizer": {"kind": "foo"}}, "optimizer", f"unknown kind 'foo': known are {KINDS['optimizer']}"),
        (
            {"optimizer": {"lr": 0.1}},
            "optimizer",
            f"must be the name of a kind, or an object with the key 'kind': one of {KINDS['optimizer']}",
        ),
        (
            {"optimizer": None},
            "optimizer",
            f"must be the name of a kind, or an object with the key 'kind': one of {KINDS['optimizer']}",
        ),
        (
            {"optimizer": {"kind": "sgd", "beta1": 0.1}},
            "optimizer/beta1",
            "unknown key 'beta1': only 'adam' and 'adamw' have it",
        ),
        ({"optimizer": {"kind": "sgd", "epoks": 1}}, "optimizer/epoks", "unknown key 'epoks'"),
        ({"optimizer": {"kind": "sgd", "LR": 0.1}}, "optimizer/LR", "unknown key 'LR': did you mean 'lr'?"),
        ({"optimizer": {"kind": "sgd", "lr": -1}}, "optimizer/lr", "must be greater than 0"),
        ({"optimizer": {"kind": "sgd", "lr": "0.1"}}, "optimizer/lr", "must be a number"),
        ({"optimizer": {"kind": "sgd", "lr": float("nan")}}, "optimizer/lr", "must be a finite number"),
        ({"optimizer": {"kind": "sgd", "lr": float("inf")}}, "optimizer/lr", "must be a finite number"),
        ({"optimizer": {"kind": "momentum", "nesterov": 1}}, "optimizer/nesterov", "must be true or false"),
        ({"schedule": "linear"}, "schedule", f"unknown kind 'linear': known are {KINDS['schedule']}"),
        ({"init": {"kind": "xavier", "fan": "out"}}, "init/fan", "must be 'in' or 'average'"),
        ({"batch_norm": "yes"}, "batch_norm", BATCH_NORM),
        ({"batch_norm": None}, "batch_norm", BATCH_NORM),
        ({"batch_norm": 0}, "batch_norm", BATCH_NORM),
        ({"layers": [{**DENSE, "batch_norm": 0.0}]}, "layers/0/batch_norm", BATCH_NORM),
        ({"batch_norm": {"moment": 1}}, "batch_norm/moment", "unknown key 'moment': did you mean 'momentum'?"),
        ({"batch_norm": {"momentum": 2}}, "batch_norm/momentum", "must be at most 1"),
        ({"early_stopping": 7}, "early_stopping", STOPPING),
        ({"early_stopping": {"patience": 0}}, "early_stopping/patience", "must be at least 1"),
        (
            {"early_stopping": {"metric": "test_loss"}},
            "early_stopping/metric",
            "must be 'validation_loss' or 'validation_accuracy'",
        ),
        ({"checkpoint": True}, "checkpoint", CHECKPOINT),
        ({"checkpoint": 0}, "checkpoint/every", "must be at least 1"),
        ({"checkpoint": {"keep": 0}}, "checkpoint/keep", "must be at least 1"),
        ({"batch_size": 0}, "batch_size", BATCH_SIZE),
        ({"batch_size": "all"}, "batch_size", BATCH_SIZE),
        ({"batch_size": 1.5}, "batch_size", BATCH_SIZE),
        ({"batch_size": 2_000_000}, "batch_size", BATCH_SIZE),
        ({"dropout": 1.0}, "dropout", "must be less than 1"),
        ({"dropout": -0.1}, "dropout", "must be at least 0"),
        ({"epochs": True}, "epochs", "must be a whole number"),
        ({"epochs": 2.5}, "epochs", "must be a whole number"),
        ({"epochs": 1e1}, "epochs", "must be a whole number, written without point or exponent"),
        ({"batch_size": 1e2}, "batch_size", f"{BATCH_SIZE}{NO_POINT}"),
        ({"layers": [300.0]}, "layers/0", f"{LAYER}{NO_POINT}"),
        ({"dataset": {"name": "mnist", "validation_size": 1e3}}, "dataset/validation_size", f"{SIZE}{NO_POINT}"),
        ({"seed": 2**53}, "seed", "must be at most 9007199254740991"),
        (
            {"activation": "rellu"},
            "activation",
            "must be 'relu', 'sigmoid', 'tanh', 'elu', 'selu', 'leaky_relu', 'gelu', 'silu', 'mish', 'softplus' "
            "or 'identity': did you mean 'relu'?",
        ),
        (
            {"activation": "Relu"},
            "activation",
            "must be 'relu', 'sigmoid', 'tanh', 'elu', 'selu', 'leaky_relu', 'gelu', 'silu', 'mish', 'softplus' "
            "or 'identity': did you mean 'relu'?",
        ),
        ({"precision": "float16"}, "precision", "must be 'float32' or 'bfloat16'"),
        ({"device": "gpu"}, "device", "must be 'auto', 'cpu' or 'cuda'"),
        ({"clip_norm": 0}, "clip_norm", "must be greater than 0"),
        ({"tags": "a"}, "tags", "must be a list of strings"),
        ({"tags": ["a", ""]}, "tags/1", "must have at least 1 character"),
        ({"name": 5}, "name", "must be a string"),
        ({"name": "x" * 201}, "name", "must have at most 200 characters"),
    ],
)
def test_a_mistake_is_told_once_where_it_is(change: dict[str, Any], path: str, message: str) -> None:
    assert [(mistake.path, mistake.message) for mistake in told({**GOOD, **change})] == [(path, message)]


@pytest.mark.parametrize("document", [None, [], "mnist", 5, True])
def test_what_is_no_object_is_told_what_one_looks_like(document: Any) -> None:
    assert [(mistake.path, mistake.message) for mistake in told(document)] == [("", DOCUMENT)]


@pytest.mark.parametrize(
    ("model", "document", "message"),
    [
        (
            ExperimentPatch,
            {"epochs": 3},
            "unknown key 'epochs': only 'name', 'tags', 'notes' and 'priority' can be changed",
        ),
        (
            ExperimentPatch,
            {"epoks": 3},
            "unknown key 'epoks': only 'name', 'tags', 'notes' and 'priority' can be changed",
        ),
        (
            ExperimentPatch,
            {"status": "x"},
            "unknown key 'status': only 'name', 'tags', 'notes' and 'priority' can be changed",
        ),
        (ForkRequest, {"dropout": 0.2}, "unknown key 'dropout': it belongs inside 'changes'"),
        (ExtendRequest, {"epochs": 1, "epoks": 3}, "unknown key 'epoks': did you mean 'epochs'?"),
        (SweepRequest, {**SWEEP, "layers": [3]}, "unknown key 'layers': it belongs inside 'base'"),
        (SweepRequest, {**SWEEP, "limit": 3}, "unknown key 'limit': it belongs inside 'base/dataset'"),
        (SweepRequest, {**SWEEP, "base": {**GOOD, "grid": {}}}, "unknown key 'grid': it belongs at the top"),
        (SweepRequest, {**SWEEP, "seds": [3]}, "unknown key 'seds': did you mean 'seeds'?"),
    ],
)
def test_a_key_is_sought_in_the_document_that_it_stands_in(model: type[SpecModel], document: Any, message: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        model.model_validate(document)
    assert [mistake.message for mistake in mistakes(refusal.value, model)] == [message]


def test_every_mistake_of_a_document_is_told() -> None:
    found = told({"layers": [0, "x"], "epochs": 0, "drop": 1})
    assert {mistake.path for mistake in found} == {"dataset", "layers/0/units", "layers/1", "epochs", "drop"}


@pytest.mark.parametrize(
    ("change", "stood"),
    [
        ({"epochs": -3}, -3),
        ({"optimizer": "foo"}, "foo"),
        ({"optimizer": {"kind": "foo"}}, {"kind": "foo"}),
        ({"layers": [-1]}, -1),
        ({"layers": [{**DENSE, "init": "foo"}]}, "foo"),
        ({"checkpoint": 0}, 0),
    ],
)
def test_what_stood_there_is_sent_back(change: dict[str, Any], stood: Any) -> None:
    (mistake,) = told({**GOOD, **change})
    assert mistake.input == stood


def test_a_misspelt_key_is_told_before_the_key_that_is_missing_for_it() -> None:
    assert [one.path for one in told({"dataset": "mnist", "layer": [3]})] == ["layer", "layers"]


def test_nothing_stood_where_a_key_is_missing() -> None:
    (mistake,) = told({"dataset": "mnist"})
    assert (mistake.path, mistake.input) == ("layers", None)


def test_a_long_input_is_cut_short() -> None:
    (mistake,) = told({**GOOD, "optimizer": list(range(10_000))})
    assert len(mistake.input) == 501


def test_the_input_nan_survives_as_a_string() -> None:
    (mistake,) = told({**GOOD, "dropout": float("nan")})
    assert json.loads(mistake.model_dump_json())["input"] == "NaN"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "\ud800"},
        {"\ud800": 1},
        {"dataset": "\ud800"},
        {"layers": ["\ud800"]},
        {"optimizer": "\ud800"},
        {"optimizer": {"kind": ["\ud800"]}},
        {"activation": "\ud800"},
        {"dataset": ["\ud800" * 600]},
    ],
)
def test_text_that_utf_8_cannot_hold_is_told_too(change: dict[str, Any]) -> None:
    for mistake in told({**GOOD, **change}):
        json.loads(mistake.model_dump_json())


def test_no_message_shows_a_class_or_a_pattern() -> None:
    wrongs: tuple[Any, ...] = (None, [[]], {"?": {}}, 1e99)
    documents = [{**GOOD, field: wrong} for field in Spec.model_fields for wrong in wrongs]
    words = " ".join(mistake.message for document in documents if not valid(document) for mistake in told(document))
    assert "nstance" not in words
    assert "tuple" not in words.lower()
    assert "Input should" not in words


def valid(document: dict[str, Any]) -> bool:
    try:
        Spec.model_validate(document)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"role": "boss"}, "must be 'viewer', 'editor' or 'admin'"),
        ({"expires_at": "tomorrow"}, "must be a time with its time zone, such as 2027-01-31T12:00:00Z"),
        ({"expires_at": "2027-01-31T12:00:00"}, "must be a time with its time zone, such as 2027-01-31T12:00:00Z"),
    ],
)
def test_a_key_s_request_is_told_what_to_write(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        KeyRequest.model_validate({"name": "ci", **changes})
    assert [mistake.message for mistake in mistakes(caught.value, KeyRequest)] == [said]


def test_a_list_whose_only_item_is_wrong_is_not_called_empty_too() -> None:
    def paths(events: list[Any]) -> list[str]:
        with pytest.raises(ValidationError) as refusal:
            WebhookRequest.model_validate({"url": "https://example.com/", "events": events})
        return [mistake.path for mistake in mistakes(refusal.value, WebhookRequest)]

    assert paths(["epoch"]) == ["events/0"]
    assert paths([]) == ["events"]


def test_an_input_is_echoed_as_deep_as_people_read() -> None:
    deep: Any = 1
    for _ in range(20):
        deep = [deep]
    assert echo(deep) == deep
    for _ in range(5000):
        deep = {"a": deep}
    assert echo(deep) == "{'a': " * 20 + "…" + "}" * 20
