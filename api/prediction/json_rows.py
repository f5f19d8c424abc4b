"""Converts rows in JSON to columns."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from api.limits import PREDICT_ROWS
from api.prediction.budget import Pixels, check_inputs
from api.prediction.faults import Faults
from api.prediction.model import Model
from api.prediction.names import Names, check_twice
from api.prediction.pictures import from_json
from api.prediction.values import WrongValue, elements, json_reader
from export.signature import shape_of
from gradus.errors import TooLarge
from gradus.pointer import escaped
from gradus.wire.prediction import PredictRequest
from preprocessing.column import Column
from preprocessing.encode import FittedColumn, FittedStandardized
from preprocessing.given import column, may_miss, nothing
from preprocessing.pixels import FittedArray, FittedBytes

_ABSENT = object()
Path = Callable[[int], str]


def _in_rows(i: int) -> str:
    return f"rows/{i}"


def columns_of(model: Model, request: PredictRequest, place: Path = _in_rows) -> tuple[dict[str, Column], int]:
    """The columns of a request, by name, and the number of rows. `place` is the path of an object in `rows`.

    Raises:
        InvalidSpec: names or values do not fit the model; `errors` lists them.
        TooLarge: there are too many rows.
    """
    faults = Faults()
    rows = request.rows
    if (rows is None) == (request.data is None) or (request.data is None) != (request.columns is None):
        faults.add("", "send either `rows`, or `columns` and `data`")
        faults.refuse()
    count = len(rows if rows is not None else request.data or ())
    check_count(count)
    check_inputs(model, count)
    if rows is not None:
        table = _of_rows(model, rows, request.absent, place, faults)
    else:
        table = _of_lists(model, request.columns or [], request.data or [], request.absent, faults)
    faults.refuse()
    left = Pixels()
    found = {one.column: _column(model, one, table[one.column], left, faults) for one in model.fitted.columns}
    faults.refuse()
    return found, count


def check_count(rows: int) -> None:
    """Refuse more rows than one request may have."""
    if rows > PREDICT_ROWS:
        raise TooLarge(f"{rows:,} rows are too many for one request: the limit is {PREDICT_ROWS:,}")


Table = dict[str, tuple[Sequence[Any], Path]]
"""The values of each column, and a function that returns the path of each value. An absent value is `_ABSENT`."""


def _of_rows(model: Model, rows: Sequence[dict[str, Any]], absent: str, place: Path, faults: Faults) -> Table:
    names = Names(model, faults, absent)
    for i, row in enumerate(rows):
        names.check(row, place(i))
    return {name: ([row.get(name, _ABSENT) for row in rows], _path_in_rows(name, place)) for name in model.fitted.names}


def _path_in_rows(name: str, place: Path) -> Path:
    return lambda i: f"{place(i)}/{escaped(name)}"


def _of_lists(
    model: Model, columns: Sequence[str], data: Sequence[Sequence[Any]], absent: str, faults: Faults
) -> Table:
    check_twice(columns, "columns", faults)
    Names(model, faults, absent).check(dict.fromkeys(columns), "columns")
    for i, row in enumerate(data):
        if len(row) != len(columns):
            faults.add(f"data/{i}", f"has {len(row)} values for {len(columns)} columns")
    faults.refuse()
    place = {name: j for j, name in enumerate(columns)}
    return {
        name: ([row[place[name]] if name in place else _ABSENT for row in data], _path_in_data(place.get(name, 0)))
        for name in model.fitted.names
    }


def _path_in_data(place: int) -> Path:
    return lambda i: f"data/{i}/{place}"


def _column(
    model: Model, fitted: FittedColumn, cells: tuple[Sequence[Any], Path], left: Pixels, faults: Faults
) -> Column:
    values, path = cells
    inner = fitted.scaled if isinstance(fitted, FittedStandardized) else fitted
    if isinstance(inner, FittedBytes | FittedArray):
        return _stacked(model, inner, cells, left, faults)
    if may_miss(fitted):
        values = [None if value is _ABSENT else value for value in values]
    read = json_reader(fitted)
    found: list[Any] = []
    for i, value in enumerate(values):
        try:
            found.append(_value(value, fitted, read))
        except WrongValue as wrong:
            faults.add(path(i), str(wrong), value)
            found.append(None)
    return column(fitted, found) if found else nothing(fitted, 0)


def _value(value: Any, fitted: FittedColumn, read: Callable[[Any], Any]) -> Any:
    if value is not None:
        return read(value)
    if not may_miss(fitted):
        raise WrongValue("is missing, which the experiment's `refuse` does not allow")
    return None


def _stacked(
    model: Model, fitted: FittedBytes | FittedArray, cells: tuple[Sequence[Any], Path], left: Pixels, faults: Faults
) -> Column:
    values, path = cells
    shape = shape_of(fitted)
    dtype = np.uint8 if isinstance(fitted, FittedBytes) else np.float64
    found = np.zeros((len(values), *shape), dtype=dtype)
    for i, value in enumerate(values):
        try:
            if isinstance(fitted, FittedBytes):
                found[i] = from_json(value, fitted, model.parse.get("resize"), left)
            else:
                found[i] = _array(value, fitted)
        except WrongValue as wrong:
            faults.add(path(i), str(wrong), value)
    return Column(found, np.zeros(len(values), dtype=np.bool_))


def _array(value: Any, fitted: FittedArray) -> Any:
    found = elements(value, shape_of(fitted), np.float64)
    if None in fitted.fills:
        refused = np.array([fill is None for fill in fitted.fills])
        if (~np.isfinite(found.reshape(-1)) & refused).any():
            raise WrongValue("has a missing element, which the experiment does not allow")
    return found
