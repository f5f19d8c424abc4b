"""The sizes of the parts of a split."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradus.split_sizes import NothingToTrain, Sizes, part_sizes, rows_of


@pytest.mark.parametrize(
    ("size", "rows", "expected"),
    [(0.1, 5, 1), (0.1, 4, 0), (0.25, 10, 3), (0.15, 10, 2), (7, 100, 7), (0, 100, 0)],
)
def test_a_fraction_of_the_rows_is_rounded_half_up(size: float, rows: int, expected: int) -> None:
    assert rows_of(size, rows) == expected


@pytest.mark.parametrize(
    ("counts", "validation", "test", "expected"),
    [
        ([100], 0.1, 0.2, [(70, 10, 20)]),
        ([100], 7, 0, [(93, 7, 0)]),
        ([50, 50], 0.1, 0.2, [(35, 5, 10), (35, 5, 10)]),
        # Test 2 of 10: quotas 1.4 and 0.6, validation 1: quotas 0.7 and 0.3.
        ([7, 3], 1, 2, [(5, 1, 1), (2, 0, 1)]),
        # Equal remainders of 1/2: the earlier class.
        ([5, 5], 0, 3, [(3, 0, 2), (4, 0, 1)]),
        # A class of one trains; the two rows of test come from the others.
        ([1, 1, 6], 0, 2, [(1, 0, 0), (1, 0, 0), (4, 0, 2)]),
        # Asked are 6 of 8 rows, but each class keeps one.
        ([2, 2, 2, 2], 3, 3, [(1, 0, 1), (1, 0, 1), (1, 0, 1), (1, 1, 0)]),
    ],
)
def test_the_parts_have_the_proportions_of_the_classes(
    counts: list[int], validation: float, test: float, expected: list[Sizes]
) -> None:
    assert part_sizes(counts, validation, test) == tuple(expected)


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=8),
    st.one_of(st.floats(0, 0.5, exclude_max=True), st.integers(0, 10)),
    st.one_of(st.floats(0, 0.5, exclude_max=True), st.integers(0, 10)),
)
def test_no_row_is_lost_and_every_class_trains(counts: list[int], validation: float, test: float) -> None:
    rows = sum(counts)
    wanted = rows_of(validation, rows), rows_of(test, rows)
    if sum(wanted) >= rows:
        with pytest.raises(NothingToTrain):
            part_sizes(counts, validation, test)
        return
    sizes = part_sizes(counts, validation, test)
    assert [sum(one) for one in sizes] == counts
    assert all(train >= min(count, 1) for (train, _, _), count in zip(sizes, counts, strict=True))
    assert all(part >= 0 for one in sizes for part in one)
    free = sum(max(count - 1, 0) for count in counts)
    given_test = sum(one[2] for one in sizes)
    assert given_test == min(wanted[1], free)
    assert sum(one[1] for one in sizes) == min(wanted[0], free - given_test)


def test_parts_that_take_all_rows_are_refused() -> None:
    with pytest.raises(NothingToTrain, match="3 rows for validation and 7 for test leave none of the 10 rows"):
        part_sizes([4, 6], 3, 7)
