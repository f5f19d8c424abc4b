"""The sizes of the training, validation and test part, computed from numbers of rows alone."""

from collections.abc import Sequence
from math import floor

Sizes = tuple[int, int, int]
"""Rows for training, validation and test."""


class NothingToTrain(ValueError):
    """The validation and test part leave no row for training. The message says what to do."""


def rows_of(size: float, rows: int) -> int:
    """The number of rows of a part: the size itself, or floor(size · rows + 1/2) for a fraction."""
    return size if isinstance(size, int) else floor(size * rows + 0.5)


def part_sizes(counts: Sequence[int], validation: float, test: float) -> tuple[Sizes, ...]:
    """The sizes of the parts in each stratum, which has `counts` rows; one stratum if the split is not stratified.

    The test part is taken first, then the validation part, each in the proportions of the strata by largest remainder
    (Hamilton's method), ties to the earlier stratum. A stratum of one row goes to training, and none loses its last
    training row; parts are smaller than asked only where that leaves too few rows.

    Raises:
        NothingToTrain: the parts would take all rows.
    """
    rows = sum(counts)
    sizes = rows_of(validation, rows), rows_of(test, rows)
    if sum(sizes) >= rows:
        raise NothingToTrain(
            f"{sizes[0]} rows for validation and {sizes[1]} for test leave none of the {rows} rows for training: "
            "make `validation` or `test` smaller"
        )
    free = [max(count - 1, 0) for count in counts]
    tests = _proportional(sizes[1], counts, free)
    free = [most - taken for most, taken in zip(free, tests, strict=True)]
    validations = _proportional(sizes[0], counts, free)
    triples = zip(counts, validations, tests, strict=True)
    return tuple((count - first - second, first, second) for count, first, second in triples)


def _proportional(size: int, counts: Sequence[int], free: Sequence[int]) -> list[int]:
    """Divide `size` in the proportions of `counts`, at most `free` for each."""
    rows = sum(counts)
    taken = [min(size * count // rows, most) for count, most in zip(counts, free, strict=True)]
    by_remainder = sorted(range(len(counts)), key=lambda i: -(size * counts[i] % rows))  # a stable sort
    left = min(size, sum(free)) - sum(taken)
    while left > 0:
        for i in by_remainder:
            if left > 0 and taken[i] < free[i]:
                taken[i] += 1
                left -= 1
    return taken
