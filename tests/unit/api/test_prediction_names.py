"""Names of columns in requests for predictions."""

import numpy as np
import pytest

from api.prediction.csv_rows import columns_of
from api.prediction.faults import Faults
from api.prediction.names import MOST_NAMES, Names, check_twice
from gradus.errors import InvalidSpec
from gradus.nearest import nearest
from tests.unit.api.asked import model, number


def test_names_that_stand_twice_are_told_once() -> None:
    faults = Faults()
    check_twice(["a", "b", "a", "a"], "columns", faults)
    with pytest.raises(InvalidSpec, match="the column 'a' is given twice") as told:
        faults.refuse()
    assert len(told.value.errors) == 1


def test_more_names_than_data_sets_have_are_refused_before_they_are_compared() -> None:
    names = ["x"] * (MOST_NAMES + 1)
    with pytest.raises(InvalidSpec, match="has 20,001 names, but the limit is 20,000"):
        check_twice(names, "columns", Faults())


def test_no_more_unknown_names_are_looked_at_than_are_told() -> None:
    faults = Faults()
    names = Names(model(number("x"), layers=[]), faults, "refuse")
    names.check({"x": 1, **{f"y{i}": 1 for i in range(1000)}}, "rows/0")
    assert faults.are_enough()
    assert len(names._noted) == 101


def test_a_long_name_is_compared_by_its_beginning() -> None:
    assert nearest("a" * 100, ["b", "a" * 1000]) == "a" * 1000


def test_the_nearest_of_many_names_is_found() -> None:
    names = [f"column {i} of the table" for i in range(2000)]
    assert nearest("colum 1234 of the table", names) == names[1234]
    assert nearest("COLUMN 7 of the table", names) == names[7]
    assert nearest("something else", names) is None


def test_a_number_that_was_whole_in_training_may_be_any_in_csv_too() -> None:
    asked = model(number("x", type_="integer"), layers=[])
    for content, values in ((b"x\n3.7\n", [3.7]), (b'x\n3.7\n""\n+4\n', [3.7, np.nan, 4.0])):
        columns, _ = columns_of(asked, content, "refuse")
        assert np.array_equal(columns["x"].values, values, equal_nan=True)
