"""The request for a sweep that the command's options make."""

from pathlib import Path
from typing import Any

import pytest

from gradus.cli.commands.sweep_request import SweepOptions, build
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
    return build(SweepOptions(**{**NOTHING, **options}))


@pytest.mark.parametrize("text", ["", "x", "-1", "4-2", "1;2", "0-99999", "1.5"])
def test_seeds_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(BadRequest, match=f"^--seeds {text}: "):
        built(seeds=text)


def test_a_lone_number_of_seeds_is_how_many() -> None:
    assert built(seeds="3", grid=["epochs=1,2"])["seeds"] == [0, 1, 2]


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
        ({"example": None}, "no spec given: name a file"),
    ],
)
def test_an_option_that_cannot_be_read_is_refused(options: dict[str, Any], why: str) -> None:
    with pytest.raises(BadRequest, match=why):
        built(**options)


@pytest.mark.parametrize(
    ("option", "space"),
    [
        ("dropout=0..0.5", {"kind": "uniform", "low": 0, "high": 0.5}),
        ("optimizer.lr=log:1e-4..1e-1", {"kind": "log_uniform", "low": 1e-4, "high": 0.1}),
        ("optimizer.lr=log:1..10", {"kind": "log_uniform", "low": 1, "high": 10}),
        ("optimizer.lr=.001...1", {"kind": "uniform", "low": 0.001, "high": 0.1}),
        ("optimizer.lr=0.001..0.1", {"kind": "uniform", "low": 0.001, "high": 0.1}),
        ("layers.0.units=16..64", {"kind": "integer", "low": 16, "high": 64}),
        ("init=xavier,he", {"kind": "choice", "values": ["xavier", "he"]}),
        ("layers=[8],[16, 8]", {"kind": "choice", "values": [[8], [16, 8]]}),
        ("batch_norm=true", {"kind": "choice", "values": [True]}),
        ("dropout={kind: uniform, low: 0, high: 0.5}", {"kind": "uniform", "low": 0, "high": 0.5}),
    ],
)
def test_a_random_search_has_spaces_by_path(option: str, space: dict[str, Any]) -> None:
    request = built(random=(option,), draws=7)
    assert request["random"] == {"n": 7, "space": {option.partition("=")[0]: space}}
    SweepRequest.model_validate(request)


def test_draws_and_spaces_join_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "sweep.yaml").write_text(
        "base: {dataset: digits, layers: [8]}\n"
        "random: {n: 5, seed: 3, space: {dropout: {kind: uniform, low: 0, high: 1}}}\n"
    )
    source: dict[str, Any] = {"example": None, "source": str(tmp_path / "sweep.yaml")}
    found = built(**source, random=("l2=0,1",), draws=9)["random"]
    assert (found["n"], found["seed"], sorted(found["space"])) == (9, 3, ["dropout", "l2"])
    assert built(**source)["random"]["n"] == 5
    with pytest.raises(BadRequest, match="--random dropout is in the random search of the file, too"):
        built(**source, random=("dropout=0..1",))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"random": ("dropout",), "draws": 1}, "path=space"),
        ({"random": ("dropout=",), "draws": 1}, "path=space"),
        ({"random": ("dropout=a..b",), "draws": 1}, "not a range of numbers"),
        ({"random": ("l2=0..1", "l2=1,2"), "draws": 1}, "--random l2 is given twice"),
        ({"random": ("l2=0..1",)}, "needs both"),
        ({"draws": 1}, "needs both"),
    ],
)
def test_a_random_search_that_cannot_be_read_is_refused(options: dict[str, Any], why: str) -> None:
    with pytest.raises(BadRequest, match=why):
        built(**options)


def test_columns_are_left_out_by_a_word(tmp_path: Path) -> None:
    assert built(columns=True)["variants"] == "columns"
    (tmp_path / "sweep.yaml").write_text("base: {dataset: birds, layers: [8]}\nvariants: columns\n")
    source: dict[str, Any] = {"example": None, "source": str(tmp_path / "sweep.yaml")}
    assert built(**source)["variants"] == built(**source, columns=True)["variants"] == "columns"
    for options in ({"columns": True, "variants": ["dropout=0.5"]}, {**source, "variants": ["dropout=0.5"]}):
        with pytest.raises(BadRequest, match="has no other variants"):
            built(**options)
    with pytest.raises(BadRequest, match="choose one way to vary the base"):
        built(columns=True, grid=["epochs=1,2"])
