"""The shape that all pictures of a set are brought to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gradus.parse.files import ImagesParse
from reading.failure import ReadingFailed
from reading.images.labels import LabelTable
from reading.images.picture import BrokenPicture, header
from reading.images.pictures import Picture
from reading.job import Job

LARGEST_GUESS = 256
"""Limit on the longer side in pixels. A larger size is used only if the request asks for it."""


@dataclass(frozen=True)
class Layout:
    """How all pictures are stored."""

    parse: ImagesParse
    """The resolved options."""
    shape: tuple[int, int, int]
    """Height, width, channels."""
    guessed: Mapping[str, str]


def layout(job: Job, parse: ImagesParse, pictures: Sequence[Picture], table: LabelTable | None) -> Layout:
    """The layout that `parse` gives; what it leaves open is taken from most pictures.

    Raises:
        ReadingFailed: no picture can be read.
    """
    guessed = {}
    size, channels = parse.size, parse.channels
    if size is None or channels is None:
        sizes, gray = _looked_at(job, pictures)
        if channels is None:
            channels = 1 if gray == sizes.total() else 3
            guessed["channels"] = f"{gray:,} of {sizes.total():,} pictures are gray"
        if size is None:
            size, guessed["size"] = _most_frequent(sizes)
    if parse.resize is None:
        guessed["resize"] = "a picture of another shape keeps its proportions and all that it shows"
    if parse.labels is None:
        guessed["labels"] = table.because if table else "the archive has no table that names the pictures"
    height, width = (size, size) if isinstance(size, int) else size
    resolved = ImagesParse(
        size=height if height == width else (height, width),
        resize=parse.resize or "pad",
        channels=channels,
        labels=parse.labels or _source(table),
    )
    return Layout(resolved, (height, width, channels), guessed)


def _source(table: LabelTable | None) -> Literal["folder", "csv", "column"]:
    if table is None:
        return "folder"
    return "csv" if len(table.names) == 1 else "column"


def _looked_at(job: Job, pictures: Sequence[Picture]) -> tuple[Counter[tuple[int, int]], int]:
    """How many pictures have each height and width, and how many are gray."""
    sizes: Counter[tuple[int, int]] = Counter()
    gray = 0
    first = None
    for done, picture in enumerate(pictures):
        job.report.progress("looking at pictures", done, len(pictures), "pictures")
        try:
            found = header(picture.data(job.limits.picture_bytes), job.limits)
        except BrokenPicture as broken:
            first = first or f"{picture.name}: {broken}"  # it will be left out when pictures are read
            continue
        sizes[found.height, found.width] += 1
        gray += found.gray
    if not sizes:
        raise ReadingFailed("data_error", f"No picture can be read. The first is {first}.")
    return sizes, gray


def _most_frequent(sizes: Counter[tuple[int, int]]) -> tuple[tuple[int, int], str]:
    """The most frequent size, and the reason for it. Among equally frequent sizes the smallest is taken, so that the
    order of the pictures does not matter."""
    (height, width), count = min(sizes.items(), key=lambda item: (-item[1], item[0]))
    why = f"{count:,} of {sizes.total():,} pictures have {height} × {width} pixels (height × width)"
    if len(sizes) > 1:
        why += f", the others have {len(sizes) - 1:,} other sizes"
    longer = max(height, width)
    if longer > LARGEST_GUESS:
        height, width = (max(1, round(side * LARGEST_GUESS / longer)) for side in (height, width))
        why += f", which are made smaller to at most {LARGEST_GUESS} unless `size` asks for more"
    return (height, width), why
