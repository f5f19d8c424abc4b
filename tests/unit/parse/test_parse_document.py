from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from gradus.parse.document import Parse
from gradus.parse.text import CsvParse

DOCUMENTS: TypeAdapter[Any] = TypeAdapter(Parse)


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl", "excel", "arrays", "idx", "images"])
def test_every_option_may_be_left_out(kind: str) -> None:
    parse = DOCUMENTS.validate_python({"kind": kind})
    assert set(parse.model_dump(exclude_none=True)) == {"kind"}


def test_a_resolved_document_may_be_sent_again() -> None:
    document = {"kind": "csv", "delimiter": ";", "missing": ["", "?"], "columns": {"zip": "text"}}
    parse = DOCUMENTS.validate_python(document)
    assert DOCUMENTS.validate_json(parse.model_dump_json()) == parse


def test_drop_is_another_word_for_leave_out() -> None:
    assert CsvParse.model_validate({"ragged": "drop"}).ragged == "leave_out"


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": "\n"},
        {"quote": "''"},
        {"decimal": "x"},
        {"skip_rows": -1},
        {"columns": {"a": "image"}},
        {"missing": ["x" * 101]},
        {"dialect": "excel"},
        {"header": "yes"},
    ],
)
def test_an_option_out_of_bounds_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DOCUMENTS.validate_python({"kind": "csv"} | options)
