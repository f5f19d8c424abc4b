import json
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gradus.parse.text import JsonlParse
from reading.failure import ReadingFailed
from reading.json_lines import objects
from reading.json_lines.jsonl_cells import JsonlCells, read_jsonl
from reading.json_lines.regular import regular
from reading.request import Limits
from reading.source import SourceFile
from tests.unit.reading.csv_reading import Stored


def read_lines(folder: Path, content: str, **parse: Any) -> Stored:
    path, out = folder / "table.jsonl", folder / "out"
    path.write_text(content)
    out.mkdir()
    return Stored(read_jsonl([SourceFile(path, path.name)], JsonlParse.model_validate(parse), out), out)


def test_json_states_what_is_text_and_what_is_a_number(tmp_path: Path) -> None:
    table = read_lines(
        tmp_path,
        '{"a": 1, "b": "1", "c": 1.5, "d": true, "e": "2020-01-02", "f": {"x": [1.50]}}\n'
        '{"b": "01", "a": 2, "c": 2, "d": null, "e": null, "f": null, "g": "ü"}\n',
    )
    assert table.names == ["a", "b", "c", "d", "e", "f", "g"]
    assert table.types == ["integer", "text", "number", "boolean", "date", "text", "text"]
    assert table.columns == [
        [1, 2],
        ["1", "01"],
        [1.5, 2.0],
        [True, None],
        [date(2020, 1, 2), None],
        ['{"x":[1.50]}', None],
        [None, "ü"],
    ]
    assert table.lines == [1, 2]


def test_numbers_and_text_in_one_column_are_text(tmp_path: Path) -> None:
    table = read_lines(tmp_path, '{"a": 1}\n\n{"a": "NA"}\n{"a": 12345678901234567890}\n')
    assert table.columns == [["1", "NA", "12345678901234567890"]]
    assert table.lines == [1, 3, 4]


def test_text_may_be_told_to_be_numbers(tmp_path: Path) -> None:
    table = read_lines(tmp_path, '{"a": "1"}\n{"a": "02"}\n', columns={"a": "integer"})
    assert table.columns == [[1, 2]]


@pytest.mark.parametrize(
    ("content", "line", "byte", "message"),
    [
        ('{"a": 1}\n{"a": 1,}\n', 2, 17, "is not JSON"),
        ('{"a": "ü"}\n{"a": tru}\n', 2, 18, "is not JSON"),
        ('[{"a": 1}]\n', 1, 0, "is an array"),
        ("1\n", 1, 0, "is a single value"),
        ('{"a": NaN}\n', 1, 0, "NaN is not JSON: write null"),
        ('{"a": 1, "a": 2}\n', 1, 0, "the key 'a' occurs twice"),
        ('{"a": "\\ud800"}\n', 1, None, "half of a surrogate pair"),
        ('{"a": ' + "[" * 100_000 + "\n", 1, 0, "nested too deeply"),
        ("\n", 1, None, "has no objects"),
        ('[\n{"a": 1}\n]\n', 1, 0, "is an array"),
        ('{"a": 1}\n{"\\ud800": 1}\n', 2, None, "half of a surrogate pair"),
        ('{"\\ud800": 1}\n{"\\ud800": 1}\n', 1, None, "half of a surrogate pair"),
        ('{"a": "x"}\n{"a": "x\ny"}\n{"a": "x"}\n', 2, 17, "is not JSON"),
    ],
)
def test_what_is_no_object_is_refused_with_its_place(
    content: str, line: int, byte: int | None, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ReadingFailed, match=message) as caught:
        read_lines(tmp_path, content)
    assert (caught.value.line, caught.value.byte) == (line, byte)


KINDS: dict[str, list[Any]] = {
    "count": [0, 1, -7, 42, None],
    "ratio": [0.5, -1.25, 1e-7, 3, None],
    "word": ["", "Zürich", "a, b: {c} [d]", " x ", 'a "b"', "C:\\", "\\\\", "\n", "\U0001f600", "null", "1", None],
    "ok": [True, False, None],
}


@pytest.mark.parametrize("separators", [(", ", ": "), (",", ":"), (" , ", " : ")])
def test_regular_lines_are_read_as_others_are(separators: tuple[str, str], tmp_path: Path) -> None:
    """Without the list in the last line, all lines are regular; with it, they are read the slow way. Both ways must
    give the same rows."""
    draw = Random(3)
    rows = [{key: draw.choice(values) for key, values in KINDS.items()} for _ in range(200)]
    lines = [json.dumps(row, separators=separators, ensure_ascii=draw.random() < 0.5) for row in rows]
    text = "\n".join(lines) + "\n"
    assert regular(text, tuple(KINDS), 1) is not None
    other = text + '{"count": 1, "ratio": 1, "word": ["a"], "ok": true}\n'
    assert regular(other, tuple(KINDS), 1) is None
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, two = read_lines(tmp_path / "a", text), read_lines(tmp_path / "b", other)
    assert one.names == list(KINDS)
    assert one.types == two.types == ["integer", "number", "text", "boolean"]
    assert one.columns == [column[:-1] for column in two.columns]
    assert one.columns[:2] == [[row[key] for row in rows] for key in ("count", "ratio")]
    assert one.lines == two.lines[:-1]


@pytest.mark.parametrize(
    "line",
    [
        '{"a": 01, "b": "x"}',
        '{"a": 1., "b": "x"}',
        '{"a": +1, "b": "x"}',
        '{"a": tru, "b": "x"}',
        '{"a": nul, "b": "x"}',
        '{"a": , "b": "x"}',
        '{"a": 1, "b": "x" "y"}',
        '{"a": 1, "b": "x"y}',
        '{"a": 1 2, "b": "x"}',
        '{"a": 1, "b": "x"} {}',
        '{"a": 1, "b": "x"},',
        'x{"a": 1, "b": "x"}',
        '{"b": 1, "a": "x"}',
        '{"a": 1, "a": "x"}',
        '{a: 1, "b": "x"}',
        '{"a": 1, "b": "x\ty"}',
        '{"a": NaN, "b": "x"}',
        '{"a": [1], "b": "x"}',
        '{"a": {"b": 1}, "b": "x"}',
        '{"a": 1, "b": "x"',
        '{"a": 1, "b": "x}',
        '{"a": 1, "b": "x\\"}',
        '{"a": 1, "b": "\\x"}',
        '{"a": 1, "b": "\\ud800"}',
        '{"a": 1, "b": "x"\\}',
        '{"a": 1}',
        '{"a": 1, "b": "x", "c": 2}',
        '{"a": "1", "b": "x"}',
        "",
    ],
)
def test_what_is_not_plainly_regular_is_left_to_the_decoder(line: str) -> None:
    whole = '{"a": 1, "b": "x"}\n'
    assert regular(whole * 3, ("a", "b"), 1) is not None
    assert regular(f"{whole}{line}\n{whole}", ("a", "b"), 1) is None


def test_a_key_with_an_escape_is_not_taken_for_the_same_letters_without() -> None:
    assert regular('{"a\\n": 1}\n' * 3, ("a\\n",), 1) is None  # means a line end, the key a backslash and n


def test_more_keys_than_lines_are_read_object_by_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    divided: list[int] = []
    monkeypatch.setattr(objects, "regular", lambda text, keys, line: divided.append(len(keys)))
    row = json.dumps({f"k{i}": i for i in range(40)}) + "\n"
    assert len(read_lines(tmp_path, row * 10).lines) == 10
    assert not divided
    (tmp_path / "tall").mkdir()
    read_lines(tmp_path / "tall", row * 50)
    assert set(divided) == {40}


def test_an_array_on_one_line_is_refused_before_its_end(tmp_path: Path) -> None:
    """The array is longer than a chunk. It ends with bytes that are not text, which are never read."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'[{"a": 1}' + b',{"a": 1}' * 1_000_000 + b"\xff")
    with pytest.raises(ReadingFailed, match="line 1 is an array, not an object: write one object in each line"):
        JsonlCells(SourceFile(path, path.name), Limits())


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "MAX_LINE", 1 << 20)
    with pytest.raises(ReadingFailed, match="line 2 is longer than 1 MiB") as failed:
        read_lines(tmp_path, '{"a": 1}\n{"a": "' + "x" * 5_000_000 + '"}\n')
    assert (failed.value.code, failed.value.line) == ("too_large", 2)


def test_numbers_beyond_the_plain_ones_stay_exact(tmp_path: Path) -> None:
    table = read_lines(tmp_path, '{"a": 12345678901234567890, "b": 1e400, "c": 1E5}\n{"a": 1, "b": 2, "c": -0}\n')
    assert table.columns == [["12345678901234567890", "1"], ["1e400", "2"], [1e5, -0.0]]
