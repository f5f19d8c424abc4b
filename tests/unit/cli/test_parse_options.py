"""The option `--parse`: its texts are parsed, and options are written as such texts."""

import shlex
from typing import Any

import pytest

from gradus.cli.parse_options import read_options, write_options
from gradus.errors import BadRequest

DOCUMENTS: list[tuple[list[str], dict[str, Any]]] = [
    (["delimiter=;"], {"delimiter": ";"}),
    (["delimiter=\\t"], {"delimiter": "\t"}),
    (["delimiter=1"], {"delimiter": "1"}),
    (["delimiter="], {"delimiter": ""}),
    (["header=false", "skip_rows=3"], {"header": False, "skip_rows": 3}),
    (["quote=null"], {"quote": None}),
    (['quote="'], {"quote": '"'}),
    (["missing=-999"], {"missing": ["-999"]}),
    (['missing=["?", "NA"]'], {"missing": ["?", "NA"]}),
    (["columns.zip=text", "columns.a.b=number"], {"columns": {"zip": "text", "a.b": "number"}}),
    (["ragged=pad"], {"ragged": "pad"}),
]


@pytest.mark.parametrize(("settings", "document"), DOCUMENTS)
def test_options_are_read_and_written_so_that_they_are_read_again(
    settings: list[str], document: dict[str, Any]
) -> None:
    assert read_options(settings) == document
    typed = shlex.split(write_options(document))
    assert read_options(typed[1::2]) == document
    assert set(typed[::2]) == {"--parse"}


@pytest.mark.parametrize("setting", ["header", "=false", "delimiter.x=1"])
def test_what_is_no_option_is_refused(setting: str) -> None:
    with pytest.raises(BadRequest, match="write it as option=value"):
        read_options([setting])


def test_an_option_is_given_once() -> None:
    with pytest.raises(BadRequest, match="--parse header is given twice"):
        read_options(["header=true", "header=false"])
