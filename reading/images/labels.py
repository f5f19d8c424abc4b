"""Labels from a table that names the pictures."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.facts import ColumnType
from gradus.wire.table import LeftOut
from preprocessing.column import Column, Mask
from preprocessing.table import Table
from reading.failure import ReadingFailed
from reading.images.pictures import Picture

_LABELS = ("label", "labels", "class", "target", "category", "y")
"""Names of the column of labels, if there are several."""
_FORMS: Mapping[str, Callable[[str], str]] = {
    "path": str,
    "file name": lambda name: PurePosixPath(name).name,
    "file name without ending": lambda name: PurePosixPath(name).stem,
}


@dataclass(frozen=True, eq=False)
class LabelTable:
    """A table whose rows were matched to pictures."""

    table: Table
    name: str
    names: tuple[str, ...]
    """The names of its columns that are added beside the pictures."""
    rows: Mapping[Picture, int]
    """The row of each picture that has one."""
    left_out: tuple[LeftOut, ...]
    """Pictures and rows that have no counterpart."""
    because: str

    def values(self, name: str, pictures: Sequence[Picture]) -> tuple[Any, Mask]:
        """The values of a column for these pictures, and which are missing."""
        column = self._columns[name]
        rows = np.array([self.rows[picture] for picture in pictures], dtype=np.int64)
        values, missing = column.values[rows], column.missing[rows]
        match self.type(name):
            case "text":
                return [column.categories[code] if code >= 0 else "" for code in values.tolist()], missing
            case "date":
                return values.astype("datetime64[D]"), missing
            case "datetime":
                return values.astype("datetime64[us]"), missing
        return values, missing

    def type(self, name: str) -> ColumnType:
        """The type of a column."""
        return self.table.record(name).type

    @cached_property
    def _columns(self) -> Mapping[str, Column]:
        return {name: self.table.column(name) for name in self.names}


def matched(table: Table, name: str, pictures: Sequence[Picture], *, only_label: bool | None) -> LabelTable | None:
    """Find the column that names pictures, by path, file name or file name without its extension.

    Arguments:
        only_label: Whether a single column is taken, as the label, instead of all; with None, only if there is just
            one.

    Returns None if no column names any picture.

    Raises:
        ReadingFailed: a picture is named twice, or it is not clear which column is the label.
    """
    found = _best(table, pictures)
    if found is None:
        return None
    key, form, texts, named = found
    counts = Counter(text for text in texts if text in named)
    if twice := next((text for text, count in counts.items() if count > 1), None):
        raise ReadingFailed("data_error", f"{name} names the picture {twice!r} {counts[twice]} times.", file=name)
    rows = {named[text]: row for row, text in enumerate(texts) if text in named}
    others = [column.name for column in table.read.columns if column.name != key]
    if only_label or (only_label is None and len(others) == 1):
        others = [_label(others, name)]
    strangers = [LeftOut(file=name, reason="names no picture", text=text[:80]) for text in texts if text not in named]
    nameless = [
        LeftOut(file=picture.archive.source.name, reason=f"it is not listed in {name}", text=picture.name[-80:])
        for picture in pictures
        if picture not in rows
    ]
    because = f"column {key!r} of {name} has the {form} of {len(rows):,} of {len(pictures):,} pictures"
    return LabelTable(table, name, tuple(others), rows, (*nameless, *strangers), because)


def _best(table: Table, pictures: Sequence[Picture]) -> tuple[str, str, list[str], dict[str, Picture]] | None:
    """The column that names most pictures: its name, the form of picture name that it uses, its texts, and the pictures
    by that form."""
    best, most = None, 0
    for form, of in _FORMS.items():
        counts = Counter(of(picture.name) for picture in pictures)
        named = {of(picture.name): picture for picture in pictures if counts[of(picture.name)] == 1}
        for column in table.read.columns:
            if column.type not in ("text", "integer"):
                continue
            texts = _texts(table, column.name)
            count = sum(text in named for text in texts)
            if count > most:
                best, most = (column.name, form, texts, named), count
    return best


def _texts(table: Table, name: str) -> list[str]:
    column = table.column(name)
    values: NDArray[Any] = column.values
    if table.record(name).type == "text":
        return [column.categories[code] if code >= 0 else "" for code in values.tolist()]
    return [str(value) for value in values.tolist()]


def _label(others: Sequence[str], name: str) -> str:
    if len(others) == 1:
        return others[0]
    for column in others:
        if column.lower() in _LABELS:
            return column
    raise ReadingFailed(
        "invalid_parse",
        f"{name} has the columns {', '.join(map(repr, others[:20]))}, none of which is called label or class: give "
        '`"labels": "column"` to take all of them.',
        file=name,
    )
