"""Blocks of text that are divided in one operation give the same cells as the slow method, and the same numbers as
Python.
"""

import random
import re
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from reading.census.kinds import TEXT, WORDS, kind_of
from reading.census.words import surely_text
from reading.delimited.columns import Columns
from reading.delimited.dialect import Dialect
from reading.delimited.grid import grid
from reading.delimited.rows import Rows
from reading.plain_numbers import PlainNumbers, plain_numbers
from reading.slices import Content, Slices

COMMAS = Dialect()


def slowly(text: str, dialect: Dialect, width: int) -> tuple[list[list[str]], list[int]]:
    columns = Columns("a.csv", dialect, dialect.delimiter, width, "refuse", trailing=False)
    found: tuple[list[list[str]], list[int]] = ([[] for _ in range(width)], [])
    for block in Rows(dialect).blocks(iter([text])):
        cells, lines = columns.of(block)
        for column, more in zip(found[0], cells, strict=True):
            column.extend(more)
        found[1].extend(lines)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "a,b\nc,d\n",
        "a,b\r\nc,\r\n,d\r\n",
        "a,b\nc,d",
        'a,"b,c"\n"d\ne","f\r\ng"\nh,i\n',
        '"say ""so""",""""\n"","x"""\n',
        " a ,\tb  \n  , c d \n",
        '" a "," "\nb,c\n',
        "Zürich,北京\n😀,é\n",
    ],
)
@pytest.mark.parametrize("dialect", [COMMAS, Dialect(trim=False)])
def test_a_regular_block_is_divided_as_row_by_row(text: str, dialect: Dialect) -> None:
    found = grid(text, dialect, 2, 1)
    assert found is not None
    assert ([list(column) for column in found.columns], list(found.lines)) == slowly(text, dialect, 2)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\nc\n",
        "a\nb,c,d\n",
        "a,b\n\nc,d\n",
        "a,b\rc,d\n",
        'a,b"c\n',
        'a,"b"c\n',
        'a,"b" \n',
        'a, "b"\n',
        'a,"b\n',
        '"a""b,c\nd,"\n',
        "a" + " " * 100 + ",b\n",
    ],
)
def test_an_irregular_block_is_left_to_the_slow_way(text: str) -> None:
    assert grid(text, COMMAS, 2, 1) is None


def placed(cells: list[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    data = np.frombuffer("\n".join([*cells, "\0"]).encode(), dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    return data, np.concatenate(([0], ends[:-1] + 1)), ends


def numbers(cells: list[str]) -> PlainNumbers | None:
    return plain_numbers(*placed(cells))


def drawn(draw: random.Random) -> str:
    forms: list[Callable[[], str]] = [
        lambda: repr(draw.random() * 10 ** draw.randint(-3, 6)),
        lambda: f"{draw.gauss(0, 1000):.{draw.randint(1, 12)}f}",
        lambda: str(draw.randint(-(10**9), 10**14)),
        lambda: draw.choice(["0.30000000000000004", "9007199254740993.5"[1:], "-0.0", "0"]),
    ]
    return draw.choice(forms)()


def test_plain_numbers_are_rounded_as_python_rounds_them() -> None:
    draw = random.Random(1)
    plain = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,17})?")
    cells = [cell for cell in (drawn(draw) for _ in range(5000)) if plain.fullmatch(cell) and len(cell) <= 18]
    found = numbers([*cells, ""])
    assert found is not None
    assert [value.hex() for value in found.values().tolist()] == [float(cell or 0).hex() for cell in [*cells, ""]]
    assert (found.empties, found.fractions) == (1, sum("." in cell for cell in cells))


@pytest.mark.parametrize(
    "cell",
    ["-", ".", "-.5", "1.", "-0", "00", "01", "-01", "01.5", "1-", "--1", "1.2.3", "+1", "1e5", " 1", "1,5", "9" * 16],
)
def test_other_cells_are_no_plain_numbers(cell: str) -> None:
    assert numbers(["1.5", cell]) is None


def test_text_is_told_from_words_and_values_by_its_bytes() -> None:
    cells = [*WORDS, *map(str.upper, WORDS), "1", "-x", "Chur", "unknown street", "été", "", "blue"]
    data, starts, ends = placed(cells)
    told = surely_text(Slices(Content(data), starts, ends))
    assert all(kind_of(cell) == TEXT for cell, sure in zip(cells, told.tolist(), strict=True) if sure)
    assert told.sum() >= 3
    assert not surely_text(Slices(Content(placed(["un\u212anown"])[0]), starts[:1], ends[:1])).any()
