"""Options that are given twice: both values count, or the command is refused. The last value never silently replaces
the first.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from gradus.cli import spec_sources
from gradus.cli.commands.sweep_request import SweepOptions, build
from gradus.cli.documents import read
from gradus.cli.group import LazyCommand
from gradus.cli.main import main
from gradus.cli.overrides import apply_all, value_of
from gradus.cli.registry import SECTIONS, Command
from gradus.client import find_credentials
from gradus.errors import BadRequest, Unavailable


def commands() -> Iterator[tuple[str, Any]]:
    """All commands, including those in groups."""
    for entry in (entry for entries in SECTIONS.values() for entry in entries):
        if isinstance(entry, Command):
            yield entry.name, LazyCommand(entry).load()
        else:
            yield from ((f"{entry.name} {one.name}", LazyCommand(one).load()) for one in entry.commands)


SINGLE = [
    (f"{name} {option.opts[0]}", command, option)
    for name, command in commands()
    for option in command.params
    if option.param_type_name == "option" and not option.multiple and not option.is_flag
]


@pytest.mark.parametrize(("command", "option"), [one[1:] for one in SINGLE], ids=[one[0] for one in SINGLE])
def test_an_option_that_takes_one_value_takes_it_once(command: Any, option: Any) -> None:
    twice = [option.opts[0], "1", option.opts[-1], "2"]
    with pytest.raises(typer.TyperException, match=f"{option.opts[0]} takes one value, but is given 2 times"):
        command.make_context(command.name, twice)


def test_a_switch_and_its_opposite_are_refused_and_a_switch_said_again_is_not() -> None:
    opened = dict(commands())["open"]
    with pytest.raises(typer.TyperException, match="--browser takes one value, but is given 2 times"):
        opened.make_context("open", ["--browser", "--no-browser"])
    assert opened.make_context("open", ["--json", "--json"]).params["as_json"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ls", "--tag", "a", "--tag", "b"), "--tag takes one value, but is given 2 times"),
        (("submit", "--example", "nope", "--example", "digits"), "example 'nope' not found"),
        (("submit", "--example", "digits", "--set", "epochs=1", "--set", "epochs=2"), "set the same field"),
        (("submit", "--example", "digits", "--watch", "--wait"), "--watch and --wait cannot be combined"),
        (("submit", "--example", "digits", "--dry-run", "--watch"), "--dry-run and --watch cannot be combined"),
        (("show", "last", "--csv", "--json"), "--csv and --json cannot be combined"),
        (("show", "last", "--csv", "--spec"), "--spec and --csv cannot be combined"),
    ],
)
def test_it_is_a_sentence_and_exit_code_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.setenv("GRADUS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["gradus", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_two_examples_are_two_runs() -> None:
    given = spec_sources.read([], ["digits", "lecture: adam + batch norm"], ["epochs=1"])
    assert [one.name for one in given] == ["digits", "lecture: adam + batch norm"]
    assert [one.document["epochs"] for one in given] == [1, 1]


def asked(**options: Any) -> Any:
    nothing: dict[str, Any] = {"source": None, "example": None, "changes": (), "grid": (), "variants": ()}
    return build(SweepOptions(**{**nothing, "seeds": None, "objective": None, "name": None, **options}))


def test_a_grid_of_one_path_has_the_values_of_both() -> None:
    grid = ("optimizer.lr=0.1", "epochs=1", "optimizer.lr=0.01,0.001")
    assert asked(example="digits", grid=grid)["grid"] == {"optimizer.lr": [0.1, 0.01, 0.001], "epochs": [1]}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("layers=[8],[16, 8]", [[8], [16, 8]]),
        ("layers=[[8], [16, 8]]", [[8], [16, 8]]),
        ("optimizer={kind: sgd, lr: 0.1},adam", [{"kind": "sgd", "lr": 0.1}, "adam"]),
    ],
)
def test_values_of_a_grid_may_have_brackets(text: str, values: list[Any]) -> None:
    assert asked(example="digits", grid=(text,))["grid"] == {text.partition("=")[0]: values}


def test_a_label_of_two_variants_is_refused() -> None:
    with pytest.raises(BadRequest, match="two variants have the label 'a'"):
        asked(example="digits", variants=("a: dropout=0.2", "a: dropout=0.4"))
    with pytest.raises(BadRequest, match="two variants have the label"):
        asked(example="digits", variants=("dropout=0.2", "dropout=0.2"))


def test_options_stand_beside_what_the_file_has_and_never_in_its_place(tmp_path: Path) -> None:
    base = "base: {dataset: wine, layers: [2]}\n"
    (tmp_path / "grid.yaml").write_text(f"{base}grid: {{epochs: [1, 2]}}\n")
    (tmp_path / "variants.yaml").write_text(f"{base}variants: {{a: {{dropout: 0.1}}}}\n")
    both = asked(source=str(tmp_path / "grid.yaml"), grid=("batch_size=8,16",))
    assert both["grid"] == {"epochs": [1, 2], "batch_size": [8, 16]}
    with pytest.raises(BadRequest, match="--grid epochs is in the grid of the file, too"):
        asked(source=str(tmp_path / "grid.yaml"), grid=("epochs=3",))
    with pytest.raises(BadRequest, match="the file has a variant 'a', too"):
        asked(source=str(tmp_path / "variants.yaml"), variants=("a: dropout=0.2",))


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (("epochs=1", "epochs=1"), "set the same field"),
        (("layers.0.units=8", "layers.00.units=9"), "set the same field"),
        (("optimizer.lr=0.1", "optimizer=sgd"), "would undo --set optimizer.lr=0.1"),
        (("optimizer.lr=0.1", "optimizer.kind=sgd"), "would undo --set optimizer.lr=0.1"),
        (("optimizer=sgd", "optimizer.kind=adam"), None),  # refined
        (("optimizer=sgd", "optimizer.lr=0.1"), None),
        (("optimizer.lr=0.1", "optimizer.beta1=0.8"), None),
    ],
)
def test_no_setting_undoes_one_before_it(settings: tuple[str, ...], why: str | None) -> None:
    spec = {"dataset": "digits", "layers": [4], "optimizer": "adam"}
    if why is None:
        assert apply_all(spec, settings)["optimizer"]
        return
    with pytest.raises(BadRequest, match=why):
        apply_all(spec, settings)


TWICE = [
    ("seed: 1\nseed: 2\n", "'seed' appears twice in one object, in lines 1 and 2"),
    ("a: 1\n---\nb: 1\nb: 2\n", "'b' .* in lines 3 and 4"),
    ("variants:\n  x: {dropout: 0.1}\n  x: {dropout: 0.5}\n", "'x' .* in lines 2 and 3"),
    ("layers:\n- units: 1\n  units: 2\n", "'units' .* in lines 2 and 3"),
    ("o: {kind: sgd, lr: 1, lr: 2}\n", "'lr' .* in line 1"),
    ("1: a\n'1': b\n", "'1' appears twice"),
    ("a: &a {x: 1}\nb: &b {y: 1}\nc:\n  <<: *a\n  <<: *b\n", "'<<' .* in lines 4 and 5"),
    ('{"a": 1,\n "b": {"c": 1,\n "c": 2}}', "'c' .* in lines 2 and 3"),
    ('{"a": [{"b": "}", "b": 1}]}', "'b' .* in line 1"),
    ('{"a\\u0062": 1, "ab": 2}', "'ab' appears twice"),
    ("{a: 1, a: 2}", "'a' appears twice"),
]


@pytest.mark.parametrize(("text", "why"), TWICE, ids=[repr(text) for text, _ in TWICE])
def test_a_key_that_stands_twice_is_refused_with_its_lines(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "spec").write_text(text)
    with pytest.raises(BadRequest, match=why):
        read(str(tmp_path / "spec"))


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}\n", {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 2}}),
        ("a: &a {x: 1}\nb: &b {<<: *a, x: 2}\nc: {<<: *b, x: 3}\n", {"a": {"x": 1}, "b": {"x": 2}, "c": {"x": 3}}),
        ("a: &a {x: 1}\nb: *a\nc: *a\n", {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1}}),
        ('{"a": {"k": 1}, "b": {"k": 1}, "k": [{"k": "k"}, "k"]}', None),
    ],
)
def test_what_is_merged_and_named_anew_is_not_said_twice(tmp_path: Path, text: str, document: Any) -> None:
    (tmp_path / "spec").write_text(text)
    (found,) = read(str(tmp_path / "spec"))
    assert document is None or found == document


def test_values_and_the_saved_address_are_read_as_strictly(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="'lr' appears twice"):
        value_of('{"kind": "sgd", "lr": 1, "lr": 2}')
    (tmp_path / "client.json").write_text('{"url": "http://a:1", "url": "http://b:1", "key": "k"}')
    with pytest.raises(Unavailable, match="'url' appears twice"):
        find_credentials(env={"GRADUS_DATA_DIR": str(tmp_path)})
