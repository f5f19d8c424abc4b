"""The part of each row: 0 training, 1 validation, 2 test. Random splits depend on the table's digest and the split's
seed, never on the seed of the run."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from export.script.pieces.tables import Rows, Table
from gradus.facts import ColumnType
from gradus.split_sizes import part_sizes, rows_of
from preprocessing.column import Column
from preprocessing.draws import drawn_words
from preprocessing.group_choice import chosen_groups
from preprocessing.texts import as_text

Parts = NDArray[np.int8]
SplitRows = Callable[[Table, Rows], Parts]


def split_rows(table: Table, known: NDArray[np.bool_], split: SplitRows) -> list[Rows]:
    """The rows of each part. Rows without a target are in no part."""
    rows = np.flatnonzero(known)
    parts = np.full(table.rows, -1, dtype=np.int8)
    parts[rows] = split(table, rows)
    return [np.flatnonzero(parts == part) for part in range(3)]


def limited(table: Table, train: Rows, limit: int) -> Rows:
    """At most `limit` training rows: the first ones in a random order that depends on the table's digest."""
    words = drawn_words(table.digest, "limit", 0, table.rows)[train]
    return np.sort(train[np.argsort(words, kind="stable")[:limit]])


def by_draw(validation: float, test: float, seed: int, classes: NDArray[np.int64] | None = None) -> SplitRows:
    """A random split; with `classes`, each part has the classes in the same proportions."""

    def split(table: Table, rows: Rows) -> Parts:
        words = drawn_words(table.digest, "split", seed, table.rows)[rows]
        codes = np.zeros(len(rows), dtype=np.int32) if classes is None else classes[rows].astype(np.int32)
        sizes = part_sizes(np.bincount(codes, minlength=1).tolist(), validation, test)
        labels = np.tile(np.array([2, 1, 0], dtype=np.int8), len(sizes))
        parts = np.empty(len(rows), dtype=np.int8)
        parts[np.lexsort((words, codes))] = np.repeat(labels, [size for one in sizes for size in reversed(one)])
        return parts

    return split


def with_validation(said: Callable[[Table], Parts], draw: SplitRows) -> SplitRows:
    """The given parts; if none is validation, `draw` takes a validation part from the training rows."""

    def split(table: Table, rows: Rows) -> Parts:
        parts = said(table)[rows]
        if not (parts == 1).any():
            pool = np.flatnonzero(parts == 0)
            parts[pool] = draw(table, rows[pool])
        return parts

    return split


def said_by(column: str) -> Callable[[Table], Parts]:
    """The part that a column names for each row."""

    def parts(table: Table) -> Parts:
        texts = table.column(column)
        names = ["train", "validation", "test"]
        places = [names.index(text) if text in names else -1 for text in texts.categories]
        said: Parts = np.array([*places, -1], dtype=np.int8)[texts.values]
        return said

    return parts


def by_group(column: str, validation: float, test: float, seed: int) -> SplitRows:
    """A random split that keeps the rows of a group together; a row without a group is a group of its own.

    Groups are taken in random order, first for test, then for validation, except those that would overshoot a part by
    more than half of the group.
    """

    def split(table: Table, rows: Rows) -> Parts:
        texts = as_text(table.column(column), table.type_of(column))
        own = len(texts.categories) + np.arange(table.rows, dtype=np.int64)
        groups = np.where(texts.missing, own, texts.values)[rows]
        _, members, sizes = np.unique(groups, return_inverse=True, return_counts=True)
        wanted = [(2, rows_of(test, len(rows))), (1, rows_of(validation, len(rows)))]
        wanted = [(part, size) for part, size in wanted if size]
        parts = np.zeros(len(sizes), dtype=np.int8)
        left = np.argsort(drawn_words(table.digest, "groups", seed, len(sizes)), kind="stable")
        for at, (part, size) in enumerate(wanted):
            chosen = chosen_groups(left, sizes, size, len(left) - len(wanted) + at)
            parts[chosen] = part
            left = left[~np.isin(left, chosen)]
        return parts[members]

    return split


def by_time(
    column: str, validation: float, test: float, validation_from: str | None = None, test_from: str | None = None
) -> SplitRows:
    """A split by time: training first, then validation, then test. Rows with equal times stay together."""

    def split(table: Table, rows: Rows) -> Parts:
        kind, own = table.type_of(column), table.column(column)
        times = (own.values * 86_400_000_000 if kind == "date" else own.values)[rows]
        known = ~own.missing[rows]
        ordered = np.sort(times[known])
        end = test_begin = len(ordered)
        if test_from is not None:
            test_begin = int(np.searchsorted(ordered, instant(test_from, kind)))
        elif size := rows_of(test, end):
            has_validation = validation_from is not None or rows_of(validation, end) > 0
            first = int(np.searchsorted(ordered, ordered[0], side="right")) if has_validation else 0
            test_begin = boundary(ordered, end - size, range(first + 1, end))
        begin = test_begin
        if validation_from is not None:
            begin = int(np.searchsorted(ordered, instant(validation_from, kind)))
        elif size := rows_of(validation, end):
            begin = boundary(ordered, test_begin - size, range(1, test_begin))
        parts = np.full(len(rows), -1, dtype=np.int8)
        place = np.searchsorted(ordered, times[known])
        parts[known] = (place >= begin).astype(np.int8) + (place >= test_begin)
        return parts

    return split


def boundary(ordered: NDArray[np.generic], wanted: int, among: range) -> int:
    """The position in `among` nearest to `wanted` at which a new time begins."""
    time = ordered[wanted]
    sides = int(np.searchsorted(ordered, time, side="left")), int(np.searchsorted(ordered, time, side="right"))
    return min((at for at in sides if at in among), key=lambda at: abs(at - wanted))


def instant(text: str, kind: ColumnType) -> float:
    """A time as a number: integers and decimal numbers as they are, dates and times in microseconds since 1970."""
    if kind in {"integer", "number"}:
        return float(text)
    moment = datetime.fromisoformat(text)
    utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = utc - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86_400_000_000 + since.seconds * 1_000_000 + since.microseconds


def by_hash(columns: Sequence[str], validation: float, test: float, seed: int) -> SplitRows:
    """A split by the SHA-256 of the values of these columns, so that rows keep their part when rows are added."""

    def split(table: Table, rows: Rows) -> Parts:
        prefix = hashlib.sha256(f"{seed}\n".encode())
        shares = np.empty(table.rows)
        keys = [keys_of(table.column(name), table.type_of(name)) for name in columns]
        for i, key in enumerate(zip(*keys, strict=True)):
            digest = prefix.copy()
            digest.update(b"".join(key))
            shares[i] = int.from_bytes(digest.digest()[:8]) / 2**64
        u = shares[rows]
        parts = np.where(u < test + validation, np.int8(1), np.int8(0))
        parts[u < test] = 2
        return parts

    return split


def keys_of(column: Column, kind: ColumnType) -> list[bytes]:
    """The bytes that are hashed for each value."""
    if kind in ("image", "array"):
        return [key_of(value.tobytes()) for value in column.values]
    texts = as_text(column, kind)
    keys = [*(key_of(text.encode()) for text in texts.categories), b"\0"]  # the last one is for the code -1
    return [keys[code] for code in texts.values.tolist()]


def key_of(value: bytes) -> bytes:
    """The bytes of a value, after their length."""
    return b"\1" + len(value).to_bytes(8, "little") + value
