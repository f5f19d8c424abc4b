"""A sweep's request from options."""

from pathlib import Path
from typing import Any

import pytest

from gradus.cli.sweeps.request import Asked, build
from gradus.errors import BadRequest
from gradus.sweep.request import SweepRequest

NOTHING: dict[str, Any] = {
    "source": None,
    "example": "digits",
    "changes": (),
    "grid": (),
    "variants": (),
    "seeds": None,
    "objective": None,
    "name": None,
}


def built(**options: Any) -> Any:
    return build(Asked(**{**NOTHING, **options}))


@pytest.mark.parametrize("text", ["", "x", "-1", "4-2", "1;2", "0-99999", "1.5"])
def test_seeds_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(BadRequest, match=f"^--seeds {text}: "):
        built(seeds=text)


def test_a_lone_number_of_seeds_is_how_many() -> None:
    assert built(seeds="3")["seeds"] == [0, 1, 2]


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("optimizer.lr=0.1,0.01", {"optimizer.lr": [0.1, 0.01]}),
        ("init=xavier,he", {"init": ["xavier", "he"]}),
        ("layers=[[8], [16, 8]]", {"layers": [[8], [16, 8]]}),
        ("batch_norm=true,false", {"batch_norm": [True, False]}),
    ],
)
def test_a_grid_has_values_by_path(option: str, values: dict[str, Any]) -> None:
    request = built(grid=(option,))
    assert request["grid"] == values
    SweepRequest.model_validate(request)


@pytest.mark.parametrize(
    ("option", "label", "patch"),
    [
        ("batch_norm=true", "+ batch_norm=true", {"batch_norm": True}),
        ("optimizer.lr=0.1", "+ optimizer.lr=0.1", {"optimizer": {"lr": 0.1}}),
        ("sgd: optimizer=sgd optimizer.lr=0.1", "sgd", {"optimizer": {"kind": "sgd", "lr": 0.1}}),
        ("a: b: dropout=0.5", "a: b", {"dropout": 0.5}),
        ("deep: layers=[64,32,16]", "deep", {"layers": [64, 32, 16]}),
    ],
)
def test_a_variant_is_a_label_and_a_merge_patch_of_the_base(option: str, label: str, patch: dict[str, Any]) -> None:
    request = built(variants=(option,))
    assert request["variants"] == {label: patch}
    SweepRequest.model_validate(request)


def test_a_file_holds_a_request_or_its_base(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("dataset: digits\nlayers: [8]\n")
    (tmp_path / "whole.yaml").write_text("base: {dataset: digits, layers: [8]}\nvariants: {a: {dropout: 0.1}}\n")
    base = {"dataset": "digits", "layers": [8]}
    own = built(example=None, source=str(tmp_path / "base.yaml"), grid=("l2=0,0.1",), seeds="2", name="n")
    assert own == {"name": "n", "base": base, "grid": {"l2": [0, 0.1]}, "seeds": [0, 1]}
    whole = built(example=None, source=str(tmp_path / "whole.yaml"), changes=("epochs=1",), objective="test_loss")
    assert whole == {"base": base | {"epochs": 1}, "variants": {"a": {"dropout": 0.1}}, "objective": "test_loss"}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"grid": ("optimizer.lr",)}, "path=value,value"),
        ({"grid": ("=1",)}, "path=value,value"),
        ({"variants": ("dropout",)}, "path=value"),
        ({"variants": ("a: 'dropout=1",)}, "No closing quotation"),
        ({"example": None}, "name a spec's file"),
    ],
)
def test_an_option_that_cannot_be_read_is_refused(options: dict[str, Any], why: str) -> None:
    with pytest.raises(BadRequest, match=why):
        built(**options)
