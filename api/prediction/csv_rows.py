"""Converts rows in CSV to columns, with the options with which the data set's files were read."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.prediction.budget import check_inputs
from api.prediction.faults import Faults
from api.prediction.json_rows import check_count
from api.prediction.model import Model
from api.prediction.names import Names, check_twice
from api.prediction.values import WrongValue, day, moment
from gradus.errors import BadRequest, InvalidSpec
from gradus.facts import ColumnType
from gradus.parse.text import CsvParse
from preprocessing.column import Column
from preprocessing.encode import FittedColumn, FittedNumber, FittedStandardized
from preprocessing.given import column, may_miss, nothing, type_of
from reading.delimited.csv_cells import CsvCells
from reading.failure import ReadingFailed
from reading.slices import Slices
from reading.source import SourceFile

Cells = Sequence[str | None]
Pieces = Sequence[Cells]
"""The cells of a column, in pieces of consecutive rows."""
_DIALECT = ("delimiter", "quote", "escape", "bare_quotes", "comment", "encoding", "trim")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_PARTS = re.compile(r"([0-9]{1,4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,4})(.*)")
_TRUE, _FALSE = frozenset({"true", "yes", "y", "t", "1"}), frozenset({"false", "no", "n", "f", "0"})


def columns_of(
    model: Model, content: bytes, absent: str, delimiter: str | None = None
) -> tuple[dict[str, Column], int]:
    """The columns of a CSV text, by name, and the number of rows. If no delimiter is given, that of the data set is
    used.

    Raises:
        InvalidSpec: names or cells do not fit the model; `errors` lists them by line.
        BadRequest: the text breaks the rules of CSV.
        TooLarge: there are too many rows for the service, or for their width.
    """
    names, cells, lines = _table(model.parse, content, delimiter)
    check_inputs(model, len(lines))
    faults = Faults()
    check_twice(names, "line 1", faults)
    Names(model, faults, absent).check(dict.fromkeys(names), "line 1")
    faults.refuse()
    place = {name: i for i, name in enumerate(names)}
    rules = _Rules(model.parse)
    found = {
        one.column: _column(one, cells[place[one.column]], lines, rules, faults)
        if one.column in place
        else nothing(one, len(lines))
        for one in model.fitted.columns
    }
    faults.refuse()
    return found, len(lines)


def _table(
    parse: Mapping[str, Any], content: bytes, delimiter: str | None
) -> tuple[tuple[str, ...], list[Pieces], list[int]]:
    """The column names, the cells of each column, and the line number of each row."""
    dialect = {name: parse[name] for name in _DIALECT if parse.get("kind") == "csv" and parse.get(name) is not None}
    dialect |= {} if delimiter is None else {"delimiter": delimiter}
    given = CsvParse.model_validate({"delimiter": ",", "quote": '"', "header": True, "skip_rows": 0, **dialect})
    try:
        reader = CsvCells.of(SourceFile(Path(), "the request"), given, lambda _: io.BytesIO(content))
        batches = []
        rows = 0
        for batch in reader.batches():
            rows += len(batch.lines)
            check_count(rows)
            batches.append(batch)
    except ReadingFailed as failure:
        if failure.code == "no_rows":
            raise InvalidSpec("the CSV has no header row") from None
        where = "; options are in `parse` of POST /v1/experiments/{id}/predictions" if failure.option else ""
        raise BadRequest(f"the CSV cannot be read: {failure.message.rstrip('.')}{where}", code="data_error") from None
    names = tuple(reader.names)
    cells: list[Pieces] = [[batch.columns[i] for batch in batches] for i in range(len(names))]
    return names, cells, [line for batch in batches for line in batch.lines]


class _Rules:
    """How cells are converted to values: options of the data set's `parse`."""

    def __init__(self, parse: Mapping[str, Any]) -> None:
        self.decimal = parse.get("decimal") or "."
        self.thousands = parse.get("thousands") or ""
        self.dates = parse.get("dates") or "iso"
        self._words = frozenset({"", *(parse.get("missing") or ())})
        self._everywhere = parse.get("missing_in") == "all"
        self.is_plain = self.decimal == "." and not self.thousands

    def missing(self, type_: ColumnType) -> frozenset[str]:
        """The texts that stand for a missing value in a column of this type."""
        return self._words if self._everywhere or type_ != "text" else frozenset({""})


def _column(fitted: FittedColumn, pieces: Pieces, lines: Sequence[int], rules: _Rules, faults: Faults) -> Column:
    type_ = type_of(fitted)
    if type_ in ("image", "array"):
        faults.add(f"line {lines[0] if lines else 1}/{fitted.column}", f"{type_}s cannot be in CSV: send JSON")
        return nothing(fitted, 0)
    if type_ == "text":
        pieces = [[cell for piece in pieces for cell in piece]]
    first, found = 0, []
    for piece in pieces:
        own = lines[first : first + len(piece)]
        plain = _plain_numbers(fitted, piece, rules)
        found.append(_read(fitted, piece, own, rules, faults) if plain is None else plain)
        first += len(piece)
    whole = _joined(found) if found else nothing(fitted, 0)
    _check_missing(fitted, whole.missing, lines, faults)
    return whole


def _joined(columns: Sequence[Column]) -> Column:
    """The columns, concatenated. A text column is always a single piece."""
    if len(columns) == 1:
        return columns[0]
    values, missing = ([getattr(column, part) for column in columns] for part in ("values", "missing"))
    return Column(np.concatenate(values), np.concatenate(missing))


def _read(fitted: FittedColumn, cells: Cells, lines: Sequence[int], rules: _Rules, faults: Faults) -> Column:
    """The column, its cells converted one by one."""
    type_ = type_of(fitted)
    words, read = rules.missing(type_), _reader(fitted)
    found: list[Any] = []
    for i, cell in enumerate(cells):
        if cell is None or cell in words:
            found.append(None)
            continue
        try:
            found.append(read(cell, rules))
        except WrongValue as wrong:
            faults.add(f"line {lines[i]}/{fitted.column}", str(wrong), cell)
            found.append(None)
    return column(fitted, found)


def _reader(fitted: FittedColumn) -> Callable[[str, _Rules], Any]:
    """The reader of a column's cells. As in JSON, a column of integers that is encoded as a number accepts any
    number."""
    type_ = type_of(fitted)
    is_number = isinstance(fitted, FittedNumber | FittedStandardized) and type_ == "integer"
    return _READERS["number" if is_number else type_]


def _plain_numbers(fitted: FittedColumn, cells: Cells, rules: _Rules) -> Column | None:
    """The column, its cells converted all at once, if all are plain numbers or empty; else None."""
    if not isinstance(fitted, FittedNumber) or fitted.type == "boolean" or not rules.is_plain:
        return None
    if isinstance(cells, Slices):
        numbers = cells.numbers
        if numbers is None or any(word[:1] in "-0123456789" for word in rules.missing(fitted.type) if word):
            return None
        return Column(np.where(numbers.empty, np.nan, numbers.values()), numbers.empty)
    return None


def _check_missing(fitted: FittedColumn, missing: NDArray[np.bool_], lines: Sequence[int], faults: Faults) -> None:
    if may_miss(fitted) or not missing.any():
        return
    for i in np.flatnonzero(missing).tolist():
        faults.add(f"line {lines[i]}/{fitted.column}", "is missing, which the experiment's `refuse` does not allow")


def _number(cell: str, rules: _Rules) -> float:
    text = cell.replace(rules.thousands, "") if rules.thousands else cell
    text = text.replace(",", ".") if rules.decimal == "," else text
    if not _NUMBER.fullmatch(text):
        raise WrongValue(f"must be a number, not the text '{cell[:40]}'")
    found = float(text)
    if found in (float("inf"), float("-inf")):
        raise WrongValue("is beyond the range of numbers")
    return found


def _integer(cell: str, rules: _Rules) -> int:
    found = _number(cell, rules)
    text = cell.removeprefix("+").removeprefix("-")
    if text.isascii() and text.isdecimal() and len(text) <= 18:
        return int(cell)
    if found != int(found) or abs(found) >= 2**63:
        raise WrongValue("must be a whole number")
    return int(found)


def _boolean(cell: str, _: _Rules) -> bool:
    word = cell.lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise WrongValue(f"must be true or false, not the text '{cell[:40]}'")


def _day(cell: str, rules: _Rules) -> int:
    return day(_iso(cell, rules)[0])


def _moment(cell: str, rules: _Rules) -> int:
    iso, time = _iso(cell, rules)
    clock = time.strip().removeprefix("T")
    if clock[1:2] == ":":
        clock = f"0{clock}"
    return moment(f"{iso}T{clock}" if clock else iso)


def _iso(cell: str, rules: _Rules) -> tuple[str, str]:
    """The date of a cell in ISO 8601, and the text after it."""
    found = _PARTS.fullmatch(cell)
    if found is None:
        return cell, ""
    first, middle, last, rest = found.groups()
    if len(first) == 4:
        year, month, of_month = first, middle, last
    elif rules.dates == "dmy":
        year, month, of_month = last, middle, first
    elif rules.dates == "mdy":
        year, month, of_month = last, first, middle
    else:
        return cell, ""
    try:
        return date(int(year), int(month), int(of_month)).isoformat(), rest
    except ValueError:
        raise WrongValue("is not a date that exists") from None


def _text(cell: str, _: _Rules) -> str:
    return cell


_READERS: dict[ColumnType, Callable[[str, _Rules], Any]] = {
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "text": _text,
    "date": _day,
    "datetime": _moment,
}
