"""Archives of pictures become one stack of pixels, with a label and a file name for each."""

from collections.abc import Sequence
from itertools import groupby, islice
from math import prod

import numpy as np

from gradus.facts import FileFacts, Part
from gradus.parse.files import ImagesParse
from gradus.wire.table import LeftOut, ReadTable
from reading.failure import ReadingFailed
from reading.images.layout import Layout, layout
from reading.images.picture import BrokenPicture, pixels
from reading.images.pictures import Archive, Picture, is_picture, pictures
from reading.job import Job
from reading.npy_file import NpyWriter
from reading.request import MIB
from reading.stored.columns import Described
from reading.stored.finish import LISTED, Outcome, finish
from reading.stored.rows import BATCH, RowWriter

MOST_BROKEN = 0.01
"""Share of pictures that may be broken."""


def read_images(job: Job, parse: ImagesParse, archives: Sequence[Archive]) -> ReadTable:
    """Read the pictures of ZIP files. Their rows are in the order of their names.

    Raises:
        ReadingFailed: there are none or too many, too many of them are broken, or they do not fit.
    """
    found = _within(job, pictures(archives))
    plan = layout(job, parse, found)
    _refuse_if_large(job, found, plan)
    stack = _Stack(job, plan, found)
    files = stack.read()
    others = [other for archive in archives for other in _others(archive)]
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
    """The pictures, of which a preview takes some from all folders."""
    if not found:
        raise ReadingFailed("no_rows", "The archive has no pictures.")
    if len(found) > job.limits.pictures:
        raise ReadingFailed("too_large", f"There are {len(found):,} pictures: {job.limits.pictures:,} are allowed.")
    if job.request.preview_bytes is not None:
        total = sum(picture.archive.zip.size(picture.member) for picture in found)
        return found[:: max(1, -(-total // job.request.preview_bytes))]
    return found


def _refuse_if_large(job: Job, found: Sequence[Picture], plan: Layout) -> None:
    size, most = len(found) * prod(plan.shape), job.limits.unpacked_bytes
    if size > most:
        raise ReadingFailed(
            "too_large",
            f"{len(found):,} pictures of {' × '.join(map(str, plan.shape))} bytes take {size // MIB:,} MiB: "
            f"{most // MIB:,} MiB are allowed. Give a smaller `size`.",
        )


def _others(archive: Archive) -> list[LeftOut]:
    names = [name for name in archive.zip.names.values() if not is_picture(name)]
    return archive.zip.skipped + [
        LeftOut(file=archive.source.name, reason="not a picture", text=name[-80:]) for name in names
    ]


class _Stack:
    """The pixels and rows under construction."""

    def __init__(self, job: Job, plan: Layout, found: Sequence[Picture]) -> None:
        self._job = job
        self._plan = plan
        self._found = found
        self._count = len(found)
        self._done = 0
        texts = [Described("label", "text")] if any(picture.label for picture in found) else []
        self.columns = [Described("image", "image"), *texts, Described("file", "text", role="ignore")]
        self._pixels = NpyWriter(job.folder / "c0.npy", np.dtype(np.uint8), plan.shape)
        self._rows = RowWriter(job.connection, job.folder, dict.fromkeys(range(1, len(self.columns)), "text"))
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
        labels, names = [picture.label for picture in batch], [picture.name for picture in batch]
        texts: list[list[str | None]] = [[*labels], [*names]] if len(self.columns) == 3 else [[*names]]
        self._rows.append(
            file,
            np.array([picture.member for picture in batch], dtype=np.int64),
            {i: [text or "" for text in column] for i, column in enumerate(texts, 1)},
            {i: np.array([text is None for text in column], dtype=np.bool_) for i, column in enumerate(texts, 1)},
        )

    def _leave_out(self, picture: Picture, why: str) -> None:
        self.broken += 1
        if len(self.left_out) < LISTED:
            self.left_out.append(LeftOut(file=picture.archive.source.name, reason=why, text=picture.name[-80:]))
        if self.broken > MOST_BROKEN * self._count:
            first = self.left_out[0]
            raise ReadingFailed(
                "data_error",
                f"{self.broken:,} of the first {self._done:,} pictures cannot be read: more than 1 % of all "
                f"{self._count:,} are too many. The first is {first.text}: {first.reason}.",
                file=first.file,
            )


def _facts(archive: Archive, part: Part | None, rows: int) -> FileFacts:
    folder = f"/{part}" if part and not archive.source.split else ""
    return FileFacts(name=archive.source.name + folder, rows=rows, split=part)
