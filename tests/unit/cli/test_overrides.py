"""The option `--set path=value`."""

from typing import Any

import pytest

from gradus.cli.overrides import apply, apply_all, patch
from gradus.errors import BadRequest
from gradus.merge import merged

SPEC: dict[str, Any] = {
    "dataset": "digits",
    "layers": [64, {"kind": "dense", "units": 32}],
    "optimizer": "adam",
    "batch_norm": True,
}


@pytest.mark.parametrize(
    ("setting", "key", "value"),
    [
        ("epochs=3", "epochs", 3),
        ("name=first try", "name", "first try"),
        ('name="3"', "name", "3"),
        ("name=42", "name", "42"),  # nothing but a text fits there
        ("name=null", "name", "null"),
        ("name=[draft] 1", "name", "[draft] 1"),
        ("notes={x}", "notes", "{x}"),
        ("optimizer={kind: sgd, lr: 1e-3}", "optimizer", {"kind": "sgd", "lr": 0.001}),  # YAML's flow mapping
        ("layers=[8, {units: 4}]", "layers", [8, {"units": 4}]),
        ("notes=a=b", "notes", "a=b"),
        ("l2=1e-4", "l2", 1e-4),
        ("batch_norm=false", "batch_norm", False),
        ("layers=[8, 4]", "layers", [8, 4]),
        ("optimizer=sgd", "optimizer", "sgd"),
        ("optimizer.lr=0.1", "optimizer", {"kind": "adam", "lr": 0.1}),
        ("dataset.limit=100", "dataset", {"name": "digits", "limit": 100}),
        ("batch_norm.momentum=0.5", "batch_norm", {"momentum": 0.5}),
        (
            "layers.0.activation=tanh",
            "layers",
            [{"kind": "dense", "units": 64, "activation": "tanh"}, SPEC["layers"][1]],
        ),
        ("layers.1.units=16", "layers", [64, {"kind": "dense", "units": 16}]),
        ("schedule.kind=cosine", "schedule", {"kind": "cosine"}),
    ],
)
def test_a_setting_changes_one_place(setting: str, key: str, value: Any) -> None:
    assert apply(SPEC, setting) == SPEC | {key: value}


def test_a_new_kind_leaves_the_old_kinds_numbers_behind() -> None:
    spec = {"optimizer": {"kind": "adam", "lr": 0.1, "beta1": 0.9}}
    assert apply(spec, "optimizer.kind=sgd") == {"optimizer": {"kind": "sgd"}}
    assert apply(spec, "optimizer.kind=adam") == spec


def test_the_document_itself_stays_as_it_is() -> None:
    before = repr(SPEC)
    apply(SPEC, "layers.0.units=3")
    assert repr(SPEC) == before


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("epochs", "path=value"),
        ("=3", "path=value"),
        ("layers.2.units=3", "list of 2"),
        ("layers.first.units=3", "list of 2"),
        ("layers.-1.units=3", "list of 2"),
        ("dataset.name.first=3", "'first' has no fields"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(setting: str, why: str) -> None:
    with pytest.raises(BadRequest, match=why):
        apply(SPEC | {"dataset": {"name": 1.5}}, setting)


@pytest.mark.parametrize(
    ("setting", "document"),
    [
        ("optimizer.lr=0.1", {"optimizer": {"kind": "adam", "lr": 0.1}}),
        ("schedule.warmup=1", {"schedule": {"kind": "constant", "warmup": 1}}),
        ("optimizer.kind=sgd", {"optimizer": {"kind": "sgd"}}),
        ("early_stopping.patience=3", {"early_stopping": {"patience": 3}}),
        ("optimzer.lr=0.1", {"optimzer": {"lr": 0.1}}),  # the service says what was meant
    ],
)
def test_what_a_spec_leaves_to_its_default_begins_as_that(setting: str, document: dict[str, Any]) -> None:
    assert apply({}, setting) == document


@pytest.mark.parametrize(
    "settings",
    [
        [],
        ["optimizer=sgd", "optimizer.lr=0.1"],
        ["batch_norm=false", "layers=[3]"],
        ["layers.1.units=7", "epochs=3", "name=no"],
        ["early_stopping.patience=3"],
        ['optimizer={"kind": "adam"}'],
    ],
)
def test_a_patch_makes_the_new_document_of_the_old(settings: list[str]) -> None:
    old = {**SPEC, "optimizer": {"kind": "adam", "lr": 0.1}, "batch_norm": {"momentum": 0.1}}
    new = apply_all(old, settings)
    assert merged(old, patch(old, new)) == new
    assert len(patch(old, new)) <= len(settings)
