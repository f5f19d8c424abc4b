"""Arrays become the columns of a table: their first axis counts the rows."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np

from gradus.facts import ColumnType, FileFacts
from gradus.parse.files import ArraysParse, IdxParse
from gradus.wire.table import LeftOut, ReadTable
from reading.arrays.groups import Group, groups
from reading.arrays.matrices import cells_of, is_matrix
from reading.arrays.members import ArrayMember, idx_members, npy_members
from reading.arrays.scalars import Scalar, converted, scalar, stored_as
from reading.content import Content
from reading.failure import ReadingFailed
from reading.job import Job
from reading.names import named
from reading.npy_file import NpyHeader, NpyWriter, RowStream
from reading.request import MIB
from reading.stored.columns import Described
from reading.stored.finish import Outcome, finish
from reading.stored.rows import BATCH, RowWriter

_BATCH_BYTES = 4 * MIB
_PREVIEW_ROWS = 20
"""Minimum number of rows in a preview."""


def read_arrays(job: Job, parse: ArraysParse, contents: Sequence[Content]) -> ReadTable:
    """Read NPY and NPZ files.

    Raises:
        ReadingFailed: an array is damaged, or the arrays are not columns of one table.
    """
    members = npy_members(job, contents)
    if parse.arrays is not None:
        chosen = _chosen(members, parse.arrays)
        return _read(job, groups(chosen, job.limits), parse, {}, ())
    left_out = [
        LeftOut(file=member.source.name, reason="a single value", text=member.name[-80:])
        for member in members
        if not member.header.shape
    ]
    members = [member for member in members if member.header.shape]
    found = groups(members, job.limits)
    resolved = ArraysParse(arrays={member.written: member.column for member in members})
    resolved = resolved.model_copy(update={"matrix": parse.matrix})
    return _read(job, found, resolved, {"arrays": "all arrays, by their names"}, left_out)


def _read(
    job: Job, found: Sequence[Group], parse: ArraysParse, guessed: Mapping[str, str], left_out: Sequence[LeftOut]
) -> ReadTable:
    """Read arrays whose columns and parts are known."""
    matrices = [name for name, member in found[0].members.items() if is_matrix(member.header)]
    if parse.matrix is None and matrices:
        alone = len(found[0].members) == 1 and found[0].members[matrices[0]].header.shape[1] <= job.limits.columns
        parse = parse.model_copy(update={"matrix": "columns" if alone else "array"})
        because = "the only array has two axes" if alone else "it is not the only array, or too wide for a table"
        guessed = {**guessed, "matrix": because}
    table = _Table(job, found, matrices if parse.matrix == "columns" else ())
    return table.read(Outcome((), (), parse.model_dump(mode="json"), guessed, left_out))


def read_idx(job: Job, parse: IdxParse, contents: Sequence[Content]) -> ReadTable:
    """Read IDX files: images and labels, of one or more parts.

    Raises:
        ReadingFailed: a file is damaged, or the arrays are not columns of one table.
    """
    found = groups(idx_members(job, contents), job.limits)
    return _Table(job, found).read(Outcome((), (), parse.model_dump(mode="json")))


def _chosen(members: Sequence[ArrayMember], names: Mapping[str, str]) -> list[ArrayMember]:
    known = {member.written for member in members}
    if unknown := [name for name in names if name not in known]:
        raise ReadingFailed(
            "invalid_parse", f"There is no array {unknown[0]!r}. The arrays are {', '.join(map(repr, sorted(known)))}."
        )
    return [replace(member, column=names[member.written]) for member in members if member.written in names]


class _Table:
    """A table of arrays under construction."""

    def __init__(self, job: Job, found: Sequence[Group], matrices: Collection[str] = ()) -> None:
        """Each column of the arrays named in `matrices` becomes a column of the table."""
        self._job = job
        self._groups = [replace(group, rows=self._rows(group)) for group in found]
        members = found[0].members
        self._names = list(members)
        cells = cells_of(members, matrices)
        names = named([cell.column for cell in cells], job.limits, found[0].name).names
        job.check_names(names)
        self._cells = [replace(cell, column=name) for cell, name in zip(cells, names, strict=True)]
        headers = [members[cell.array].header for cell in self._cells]
        self._scalars: dict[int, Scalar] = {
            i: scalar(header.dtype, cell.column)
            for i, (cell, header) in enumerate(zip(self._cells, headers, strict=True))
            if cell.place is not None or _is_scalar(header)
        }
        self._stacks = {
            i: (stored_as(header.dtype, self._cells[i].column), _stored_shape(header))
            for i, header in enumerate(headers)
            if i not in self._scalars
        }
        self._columns = [
            _column(members[cell.array], cell.column, self._scalars.get(i)) for i, cell in enumerate(self._cells)
        ]

    def read(self, outcome: Outcome) -> ReadTable:
        """Write all rows; `outcome` has what is known besides columns and files."""
        job = self._job
        types = {i: found.type for i, found in self._scalars.items()}
        members = self._groups[0].members
        text_bytes = {i: members[self._cells[i].array].header.dtype.itemsize for i in types if types[i] == "text"}
        rows = RowWriter(job.connection, job.folder, types, text_bytes)
        with ExitStack() as closing:
            stacks = {
                i: closing.enter_context(NpyWriter(job.folder / f"c{i}.npy", dtype, shape))
                for i, (dtype, shape) in self._stacks.items()
            }
            for position, group in enumerate(self._groups):
                self._write(position, group, rows, stacks)
        rows.finish()
        files = [FileFacts(name=group.name, rows=group.rows, split=group.part) for group in self._groups]
        return finish(job.connection, job.folder, replace(outcome, columns=self._columns, files=files))

    def _rows(self, group: Group) -> int:
        preview = self._job.request.preview_bytes
        size = sum(prod(member.header.row_shape) * member.header.dtype.itemsize for member in group.members.values())
        return group.rows if preview is None else min(group.rows, max(_PREVIEW_ROWS, preview // max(1, size)))

    def _write(self, position: int, group: Group, rows: RowWriter, stacks: Mapping[int, NpyWriter]) -> None:
        largest = max(prod(member.header.row_shape) * 8 for member in group.members.values())
        at_once = max(1, min(BATCH, _BATCH_BYTES // largest))
        with ExitStack() as closing:
            streams = [closing.enter_context(group.members[name].rows()) for name in self._names]
            for start in range(0, group.rows, at_once):
                self._job.report.progress(f"reading {group.name}", start, group.rows, "rows")
                count = min(at_once, group.rows - start)
                values, missing = self._batch(streams, count, stacks)
                rows.append(position, np.arange(start, start + count), values, missing)

    def _batch(
        self, streams: Sequence[RowStream], count: int, stacks: Mapping[int, NpyWriter]
    ) -> tuple[dict[int, Any], dict[int, Any]]:
        """Write the next rows of the stacks; return the values of the other columns, and which of them are missing."""
        values, missing = {}, {}
        read = {name: stream.read(count) for name, stream in zip(self._names, streams, strict=True)}
        for i, cell in enumerate(self._cells):
            array = read[cell.array]
            if i in stacks:
                dtype, shape = self._stacks[i]
                stacks[i].append(converted(array, dtype, cell.column).reshape(count, *shape))
            else:
                own = array.reshape(count) if cell.place is None else array[:, cell.place]
                values[i], missing[i] = self._scalars[i].convert(own, cell.column)
        return values, missing


def _is_scalar(header: NpyHeader) -> bool:
    return prod(header.row_shape) == 1


def _stored_shape(header: NpyHeader) -> tuple[int, ...]:
    """The shape of one example. Bytes with two or three axes that may be height, width and channels are an image."""
    shape = header.row_shape
    return (*shape, 1) if header.dtype == np.uint8 and len(shape) == 2 else shape


def _column(member: ArrayMember, name: str, one_value: Scalar | None) -> Described:
    header = member.header
    evidence = {"dtype": header.dtype.str, "shape": list(header.row_shape)}
    kind: ColumnType = "array"
    if one_value is not None:
        kind = one_value.type
    elif header.dtype == np.uint8 and len(_stored_shape(header)) == 3 and _stored_shape(header)[-1] in (1, 3):
        kind = "image"
    return Described(name, kind, evidence=evidence)
