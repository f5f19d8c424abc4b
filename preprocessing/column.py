"""The values of one column in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Column:
    """The values of one column, (n, ...).

    By type: integer int64; number float64; boolean bool; date int64, days since 1970-01-01; datetime int64,
    microseconds since then; text int32 codes, positions in `categories`; image uint8 (n, height, width, channels);
    array as stored. Where `missing`, the value is 0, NaN or code -1.
    """

    values: NDArray[Any]
    missing: Mask
    categories: tuple[str, ...] = ()
    """The distinct texts, sorted by code points."""

    def at(self, rows: slice | Mask | NDArray[np.intp]) -> "Column":
        """The column of these rows alone, with all categories."""
        return Column(self.values[rows], self.missing[rows], self.categories)


def column_of_texts(texts: Iterable[str], missing: Mask) -> Column:
    """A column of texts; where `missing`, the text does not count."""
    places: dict[str, int] = {}
    pairs = zip(texts, missing.tolist(), strict=True)
    codes = [-1 if absent else places.setdefault(text, len(places)) for text, absent in pairs]
    return sorted_categories(list(places), np.array(codes, dtype=np.int32))


def codes_among(places: dict[str, int], column: Column) -> NDArray[np.int32]:
    """The codes of one chunk of a text column, numbered in the order in which texts were first met in all chunks so
    far; -1 where missing. `places` maps these texts to their codes; new texts are added to it."""
    own = [places.setdefault(text, len(places)) for text in column.categories]
    codes: NDArray[np.int32] = np.array([*own, -1], dtype=np.int32)[column.values]
    return codes


def sorted_categories(texts: Sequence[str], codes: NDArray[np.int32]) -> Column:
    """The column with sorted categories, from codes into unsorted `texts`."""
    if len(texts) < 2:
        return Column(codes, codes < 0, tuple(texts))
    order = sorted(range(len(texts)), key=texts.__getitem__)
    place = np.full(len(texts) + 1, -1, dtype=np.int32)  # the last entry is for the code -1
    place[order] = np.arange(len(texts), dtype=np.int32)
    sorted_codes = place[codes]
    return Column(sorted_codes, sorted_codes < 0, tuple(texts[i] for i in order))
