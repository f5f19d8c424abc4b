"""A finding proposes options for reading a column: with them, the column is read as the finding says."""

from pathlib import Path
from typing import Any

import pytest

from gradus.merge import merged
from preprocessing.rows import range_of_rows
from tests.reading_here import read_here

CASES: dict[str, tuple[list[str], list[tuple[str, list[Any]]]]] = {
    "leading zero": (["01067", "10115", ""], [("integer", [1067, 10115, None])]),
    "three digits": (['"1,234"', "5", "7"], [("integer", [1234, 5, 7]), ("number", [1.234, 5.0, 7.0])]),
    "decimal comma": (['"1,5"', "5", '"0,25"'], [("number", [1.5, 5.0, 0.25])]),
    "days or months": (
        ["01/02/2020", "03/04/2021", ""],
        [("date", ["2020-02-01", "2021-04-03", None]), ("date", ["2020-01-02", "2021-03-04", None])],
    ),
    "infinity": (["1.5", "inf", "2"], [("number", [1.5, None, 2.0])]),
    "too large": (["1.5", "1e400", "2"], [("number", [1.5, None, 2.0])]),
    "a few words": (["1.5"] * 25 + ["broken"], [("number", [1.5] * 25 + [None])]),
    "many values, one word": (
        [f"{i}.5" for i in range(5000)] + ["off"],
        [("number", [*(i + 0.5 for i in range(5000)), None])],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_column_kept_as_text_has_the_other_type_with_the_patch(tmp_path: Path, case: str) -> None:
    cells, promised = CASES[case]
    content = "".join(f"{i},{cell}\n" for i, cell in enumerate(["x", *cells]))
    content = content.replace("0,x\n", "n,x\n", 1)
    first = read_here(tmp_path, {"a.csv": content.encode()})
    (finding,) = [one for one in first.read.findings if one.id == "data_kept_as_text"]
    assert (first.record("x").type, finding.column) == ("text", "x")
    assert [patch.of for patch in finding.patches] == ["parse"] * len(promised)
    for i, (patch, (type_, values)) in enumerate(zip(finding.patches, promised, strict=True)):
        (tmp_path / str(i)).mkdir()
        again = read_here(tmp_path / str(i), {"a.csv": content.encode()}, merged(first.read.parse, patch.patch))
        assert again.record("x").type == type_
        assert [row["x"] for row in range_of_rows(again, ["x"], 0, again.rows)] == values
        assert not [one for one in again.read.findings if one.id == "data_kept_as_text"]
