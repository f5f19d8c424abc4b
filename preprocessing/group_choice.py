"""The groups of rows that make up a part of a split."""

import numpy as np
from numpy.typing import NDArray


def chosen_groups(groups: NDArray[np.intp], sizes: NDArray[np.intp], wanted: int, most: int) -> list[int]:
    """At least one and at most `most` of these groups, in their order, with about `wanted` rows together."""
    chosen: list[int] = []
    total = 0
    for group in groups.tolist():
        if total >= wanted or len(chosen) == most:
            break
        if total + sizes[group] / 2 <= wanted:
            chosen.append(group)
            total += int(sizes[group])
    return chosen or [int(groups[np.argmin(sizes[groups])])]
