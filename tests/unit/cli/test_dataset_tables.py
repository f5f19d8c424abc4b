"""How data sets are shown in a terminal."""

from gradus.cli.dataset_tables import evidence, failure
from gradus.wire.dataset import ReadFailure
from gradus.wire.table import ColumnRecord


def test_kinds_of_cells_are_told_by_an_example_where_their_names_say_little() -> None:
    counts = {"cells": 892, "number": 782, "point_three": 109, "yes_no": 1, "first": {"line": 4, "text": "7.925"}}
    fare = ColumnRecord.model_validate({"name": "Fare", "type": "number", "evidence": counts})
    assert evidence(fare) == "782 number; 109 such as 1.234; 1 such as yes or no; first in line 4: 7.925"


def test_a_wrong_target_is_told_with_the_commands_that_mend_it() -> None:
    found = ReadFailure(code="unknown_column", message="the target: no column 'exitd'")
    assert failure(found, "churn").splitlines() == [
        "error: the target: no column 'exitd'",
        "hint: gradus datasets edit churn --target COLUMN, then gradus datasets reparse churn",
    ]
