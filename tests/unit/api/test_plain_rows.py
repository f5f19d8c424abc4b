"""The shortcut for rows without notes gives the tensors of the usual way, and None if there would be notes."""

from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np
import pytest

from api.prediction.json_rows import columns_of
from api.prediction.model import Model
from export.feeds import Feeds, feeds
from export.notes import notes
from export.signature import signature
from gradus.errors import InvalidSpec
from gradus.spec.column import ColumnSetting
from gradus.wire.prediction import PredictRequest
from preprocessing.encode import Fitted
from preprocessing.fit import fit
from preprocessing.table import Table
from tests.tables import facts_of, store
from tests.unit.api.asked import model, number
from tests.unit.export.test_preprocessing import CHOICES, Choice, extreme_columns
from tests.unit.preprocessing.words import Words

ROWS = 60
WRONG: tuple[object, ...] = (
    None,
    True,
    "1",
    "x",
    [1],
    {},
    1e400,
    -(2**70),
    "2020-02-31",
    "2020-02-03T04:05:06Z",
    "\ud800",
)


@pytest.fixture(scope="module")
def base() -> Model:
    return model(number("x"), layers=[])


@pytest.fixture(scope="module")
def columns() -> dict[str, Any]:
    return extreme_columns(ROWS, seed=1)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory, columns: dict[str, Any]) -> Table:
    return store(tmp_path_factory.mktemp("extreme"), columns)


def of(base: Model, fitted: Fitted) -> Model:
    return replace(base, fitted=fitted, signature=signature(fitted, base.data))


def sent(value: Any) -> Any:
    """The value as it is in JSON."""
    value = value.item() if isinstance(value, np.generic) else value
    if value is None or (isinstance(value, float) and isnan(value)):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value


def the_long_way(asked: Model, request: PredictRequest) -> Feeds | None:
    """The tensors that the usual way computes; None if there are notes on the rows or errors."""
    try:
        found, rows = columns_of(asked, request)
    except InvalidSpec:
        return None
    return None if any(notes(asked.fitted, found, rows)) else feeds(asked.fitted, found)


def is_plain(asked: Model, request: PredictRequest) -> bool:
    """Whether the shortcut accepts the request. If it does, its tensors must be those of the usual way."""
    short, long = asked.plain_rows.feeds(request), the_long_way(asked, request)
    assert (short is None) == (long is None), request
    if short is None or long is None:
        return False
    assert short.keys() == long.keys()
    for name, tensor in short.items():
        assert (tensor.dtype, tensor.shape) == (long[name].dtype, long[name].shape)
        equal_nan = tensor.dtype.kind == "f"
        assert np.array_equal(tensor, long[name], equal_nan=equal_nan), (name, tensor, long[name])
    return True


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: "-".join(word.kind for word in choice))
def test_every_pair_of_words_gives_the_same_tensors(
    base: Model, table: Table, columns: dict[str, Any], choice: Choice
) -> None:
    number, category, missing, dates = choice
    code = {"code": ColumnSetting(encode=category), "yes": ColumnSetting(encode=category)}
    words = Words(numbers=number, categories=category, missing=missing, dates=dates, columns=code)
    asked = of(base, fit(words, facts_of(table), table, np.arange(0, ROWS, 2)))
    rows = [{name: sent(values[i]) for name, values in columns.items()} for i in range(ROWS)]
    assert {is_plain(asked, PredictRequest(rows=[row])) for row in rows} == {True, False}
    names = list(rows[0])
    lists = PredictRequest(columns=names[::-1], data=[[row[name] for name in names[::-1]] for row in rows[:6:2]])
    is_plain(asked, lists)
    for i, name in enumerate(names):
        for value in WRONG:
            is_plain(asked, PredictRequest(rows=[rows[2 * i], {**rows[2 * i], name: value}]))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"rows": []},
        {"rows": [{}]},
        {"rows": [{"x": 1, "y": 1}]},
        {"rows": [{"x": 1}], "columns": ["x"], "data": [[1]]},
        {"columns": ["x"]},
        {"columns": ["x", "x"], "data": [[1, 2]]},
        {"columns": ["x"], "data": [[1, 2]]},
        {"columns": ["x"], "data": [[1], []]},
        {"columns": ["y"], "data": [[1]]},
        {"rows": [{}], "absent": "missing"},
    ],
)
def test_what_is_no_plain_table_goes_the_long_way(base: Model, document: dict[str, Any]) -> None:
    assert base.plain_rows.feeds(PredictRequest(**document)) is None


def test_other_columns_may_stand_in_plain_rows(base: Model) -> None:
    asked = replace(base, other_columns=frozenset({"y"}))
    assert is_plain(asked, PredictRequest(rows=[{"x": 1, "y": "?"}, {"y": [], "x": -9}]))
