"""Specs in files."""

from pathlib import Path
from typing import Any

import pytest

from gradus.cli.documents import read, write_yaml
from gradus.errors import BadRequest


def written(folder: Path, text: str) -> str:
    (folder / "spec").write_text(text, encoding="utf-8")
    return str(folder / "spec")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),  # a text in YAML 1.1
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-2.5e-1", -0.25),
        ("10", 10),
        ("-3", -3),
        ("010", "010"),  # octal in YAML 1.1
        ("1_000", "1_000"),
        ("12:30", "12:30"),  # sexagesimal in YAML 1.1
        ("true", True),
        ("no", "no"),  # false in YAML 1.1
        ("on", "on"),
        ("null", None),
        ("", None),
        ("2026-01-31", "2026-01-31"),  # a date in YAML 1.1, which JSON does not have
        ("[300, {units: 100}]", [300, {"units": 100}]),
        ("größe", "größe"),
    ],
)
def test_a_scalar_of_yaml_is_what_json_would_say(tmp_path: Path, text: str, value: Any) -> None:
    assert read(written(tmp_path, f"key: {text}\n")) == [{"key": value}]


def test_yaml_can_hold_several_documents_and_json_is_read_as_json(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a: 1\n---\na: 2\n")) == [{"a": 1}, {"a": 2}]
    assert read(written(tmp_path, ' {"a": 1e2}')) == [{"a": 100.0}]
    assert read(written(tmp_path, "{a: 1e-2, b: [no, {c: }]}")) == [{"a": 0.01, "b": ["no", {"c": None}]}]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("---\n", "is empty"),
        ('{"a": 1', "is not JSON: .*; and is not YAML in line 1"),
        ("{a: [1, 2}", "is not JSON: .*; and is not YAML in line 1"),
        ("a: [1\nb: 2", "is not YAML in line 2"),
        ("a: !!python/object/apply:os.getcwd []", "is not YAML in line 1"),
        ("a: &x [*x]", "that JSON cannot express"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadRequest, match=why):
        read(written(tmp_path, text))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "spec").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadRequest, match="not UTF-8 text"):
        read(str(tmp_path / "spec"))


def test_what_is_written_reads_the_same(tmp_path: Path) -> None:
    document = {
        "name": "no",
        "lr": 1e-4,
        "layers": [300, {"units": 100}],
        "notes": "a: b\nc",
        "stop": None,
        "at": "1e3",
    }
    assert read(written(tmp_path, write_yaml(document))) == [document]
