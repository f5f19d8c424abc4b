"""Patches also change layers with their own values, and a patch that would change nothing is left out."""

from typing import Any

from gradus.fork import changed
from gradus.spec.experiment import Spec
from gradus.wire.finding import Finding, Patch
from insight.fitting import everywhere, with_fitting_patches

SPEC = Spec(dataset="mnist", layers=[{"units": 30, "activation": "tanh", "dropout": 0.5}, 20]).written_out()
RELU: dict[str, Any] = {"activation": "relu"}
RATE: dict[str, Any] = {"optimizer": {"lr": 0.1}}


def finding(*patches: dict[str, Any]) -> Finding:
    whys = tuple(Patch(patch=patch, why="w") for patch in patches)
    return Finding(id="x", severity="note", evidence=(), because="b", patches=whys)


def test_layers_lose_the_changed_key_and_keep_others() -> None:
    after = changed(SPEC, everywhere(RELU, SPEC)).written_out()
    layers = after.document()["layers"]
    assert [(layer["activation"], layer["dropout"]) for layer in layers] == [("relu", 0.5), ("relu", 0.0)]


def test_other_patches_stay_as_they_are() -> None:
    assert everywhere(RATE, SPEC) is RATE
    plain = Spec(dataset="mnist", layers=[30, 20]).written_out()
    assert everywhere({"batch_norm": True}, plain) == {"batch_norm": True}


def test_what_changes_the_spec_alike_is_told_once() -> None:
    alike = {"optimizer": {"kind": "adam", "lr": 0.1}}
    (found,) = with_fitting_patches([finding(RATE, {"epochs": 3}, alike)], SPEC)
    assert [patch.patch for patch in found.patches] == [RATE, {"epochs": 3}]


def test_what_changes_nothing_or_does_not_fit_is_dropped() -> None:
    plain = Spec(dataset="mnist", layers=[30, 20]).written_out()
    (found,) = with_fitting_patches([finding(RELU, RATE, {"optimizer": {"lr": -1}})], plain)
    assert [patch.patch for patch in found.patches] == [RATE]
