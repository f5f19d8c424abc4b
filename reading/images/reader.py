"""Archives of pictures become one stack of pixels, with a label and a file name for each."""

from collections.abc import Callable, Sequence
from itertools import groupby, islice
from math import prod
from typing import Any

import numpy as np

from gradus.facts import ColumnType, FileFacts, Part
from gradus.parse.files import ImagesParse
from gradus.wire.table import LeftOut, ReadTable
from preprocessing.column import Mask
from preprocessing.table import Table
from reading.failure import ReadingFailed
from reading.images.labels import LabelTable, matched
from reading.images.layout import Layout, layout
from reading.images.picture import BrokenPicture, pixels
from reading.images.pictures import Archive, Picture, is_picture, pictures
from reading.job import Job
from reading.names import named
from reading.npy_file import NpyWriter
from reading.request import MIB
from reading.stored.columns import Described
from reading.stored.finish import LISTED, Outcome, finish
from reading.stored.rows import BATCH, RowWriter

_TABLES = frozenset({"csv", "tsv", "jsonl", "ndjson", "parquet", "xlsx", "ods"})
MOST_BROKEN = 0.01
"""Share of pictures that may be broken."""


def read_images(
    job: Job, parse: ImagesParse, archives: Sequence[Archive], read_table: Callable[[Archive, int], Table]
) -> ReadTable:
    """Read the pictures of ZIP files. Their rows are in the order of their names.

    `read_table` reads a member that is a table.

    Raises:
        ReadingFailed: there are no or too many pictures, too many of them are broken, or they are too large together.
    """
    found = _within(job, pictures(archives))
    labels = _labels(parse, archives, found, read_table)
    if labels:
        found = [picture for picture in found if picture in labels.rows]
    plan = layout(job, parse, found, labels)
    _refuse_if_large(job, found, plan)
    stack = _Stack(job, plan, found, labels)
    files = stack.read()
    others = [other for archive in archives for other in _others(archive, labels)] + list(
        labels.left_out if labels else ()
    )
    outcome = Outcome(
        stack.columns,
        files,
        parse=plan.parse.model_dump(mode="json"),
        guessed=plan.guessed,
        left_out=stack.left_out + others,
        left_out_count=stack.broken + len(others),
    )
    return finish(job.connection, job.folder, outcome)


def _within(job: Job, found: list[Picture]) -> list[Picture]:
    """The pictures to be read; for a preview, some from all folders."""
    if not found:
        raise ReadingFailed("no_rows", "The archive has no pictures.")
    if len(found) > job.limits.pictures:
        raise ReadingFailed("too_large", f"There are {len(found):,} pictures: {job.limits.pictures:,} are allowed.")
    if job.request.preview_bytes is not None:
        total = sum(picture.archive.zip.size(picture.member) for picture in found)
        return found[:: max(1, -(-total // job.request.preview_bytes))]
    return found


def _labels(
    parse: ImagesParse,
    archives: Sequence[Archive],
    found: Sequence[Picture],
    read_table: Callable[[Archive, int], Table],
) -> LabelTable | None:
    """The table that names the pictures; None if the folders are the labels."""
    if parse.labels == "folder":
        return None
    tables = [(archive, i) for archive in archives for i, name in archive.zip.names.items() if _is_table(name)]
    asked = parse.labels is not None
    if len(tables) != 1:
        if asked:
            raise ReadingFailed(
                "invalid_parse",
                f"`labels` {parse.labels!r} needs one table beside the pictures: there are {len(tables)}.",
            )
        return None
    ((archive, i),) = tables
    name = archive.zip.names[i]
    only_label = parse.labels == "csv" if asked else None
    labels = None
    try:
        labels = matched(read_table(archive, i), name, found, only_label=only_label)
    except ReadingFailed:
        if asked:
            raise
    if labels is None and asked:
        raise ReadingFailed("data_error", f"No column of {name} names a picture by its path or file name.", file=name)
    return labels if labels and (asked or len(labels.rows) * 2 > len(found)) else None


def _is_table(name: str) -> bool:
    return name.rpartition(".")[2].lower() in _TABLES and "." in name


def _refuse_if_large(job: Job, found: Sequence[Picture], plan: Layout) -> None:
    size, most = len(found) * prod(plan.shape), job.limits.unpacked_bytes
    if size > most:
        raise ReadingFailed(
            "too_large",
            f"{len(found):,} pictures of {' × '.join(map(str, plan.shape))} bytes take {size // MIB:,} MiB: "
            f"{most // MIB:,} MiB are allowed. Give a smaller `size`.",
        )


def _others(archive: Archive, labels: LabelTable | None) -> list[LeftOut]:
    table = labels.name if labels else None
    names = [name for name in archive.zip.names.values() if not is_picture(name) and name != table]
    return archive.zip.skipped + [
        LeftOut(file=archive.source.name, reason="not a picture", text=name[-80:]) for name in names
    ]


class _Stack:
    """The pixels and rows under construction."""

    def __init__(self, job: Job, plan: Layout, found: Sequence[Picture], labels: LabelTable | None) -> None:
        self._job = job
        self._plan = plan
        self._found = found
        self._count = len(found)
        self._done = 0
        self._labels = labels
        beside: list[tuple[str, ColumnType]]
        if labels:
            beside = [(name, labels.type(name)) for name in labels.names]
        else:
            beside = [("label", "text")] if any(picture.label for picture in found) else []
        names = named(["image", *(name for name, _ in beside), "file"], job.limits, found[0].archive.source.name).names
        job.check_names(names)
        self.columns = [
            Described("image", "image"),
            *(Described(name, type_) for name, (_, type_) in zip(names[1:-1], beside, strict=True)),
            Described(names[-1], "text", role="ignore"),
        ]
        self._pixels = NpyWriter(job.folder / "c0.npy", np.dtype(np.uint8), plan.shape)
        types = {i: column.type for i, column in enumerate(self.columns) if i}
        self._rows = RowWriter(job.connection, job.folder, types)
        self.broken = 0
        self.left_out: list[LeftOut] = []

    def read(self) -> list[FileFacts]:
        """Write all pictures; returns the archives' parts with their numbers of rows."""
        files: list[FileFacts] = []
        with self._pixels:
            for (archive, part), group in groupby(self._found, key=lambda picture: (picture.archive, picture.part)):
                before = self._rows.rows
                while batch := list(islice(group, BATCH)):
                    self._append(len(files), [picture for picture in batch if self._decoded(picture)])
                files.append(_facts(archive, part, self._rows.rows - before))
        self._rows.finish()
        return files

    def _decoded(self, picture: Picture) -> bool:
        """Write the pixels of a picture, unless it is broken."""
        self._job.report.progress("reading pictures", self._done, self._count, "pictures")
        self._done += 1
        resize = self._plan.parse.resize
        assert resize is not None
        try:
            decoded = pixels(picture.data(self._job.limits.picture_bytes), self._plan.shape, resize, self._job.limits)
        except BrokenPicture as broken:
            self._leave_out(picture, str(broken))
            return False
        self._pixels.append(decoded[np.newaxis])
        return True

    def _append(self, file: int, batch: Sequence[Picture]) -> None:
        beside: list[tuple[Any, Mask]]
        if self._labels:
            beside = [self._labels.values(name, batch) for name in self._labels.names]
        else:
            folders = [picture.label for picture in batch]
            absent = np.array([label is None for label in folders], dtype=np.bool_)
            beside = [([label or "" for label in folders], absent)][: len(self.columns) - 2]
        beside.append(([picture.name for picture in batch], np.zeros(len(batch), dtype=np.bool_)))
        self._rows.append(
            file,
            np.array([picture.member for picture in batch], dtype=np.int64),
            {i: values for i, (values, _) in enumerate(beside, 1)},
            {i: missing for i, (_, missing) in enumerate(beside, 1)},
        )

    def _leave_out(self, picture: Picture, why: str) -> None:
        self.broken += 1
        if len(self.left_out) < LISTED:
            self.left_out.append(LeftOut(file=picture.archive.source.name, reason=why, text=picture.name[-80:]))
        if self.broken > MOST_BROKEN * self._count:
            first = self.left_out[0]
            raise ReadingFailed(
                "data_error",
                f"{self.broken:,} of the first {self._done:,} pictures cannot be read; at most 1 % of all "
                f"{self._count:,} may be broken. The first is {first.text}: {first.reason}.",
                file=first.file,
            )


def _facts(archive: Archive, part: Part | None, rows: int) -> FileFacts:
    folder = f"/{part}" if part and not archive.source.split else ""
    return FileFacts(name=archive.source.name + folder, rows=rows, split=part)
