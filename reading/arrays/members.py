"""The arrays in files, each with its column and its part."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO

from gradus.facts import Part
from reading.arrays.idx import read_idx_header
from reading.content import Content
from reading.job import Job
from reading.npy_file import NpyHeader, RowStream, check_size, read_header
from reading.source import SourceFile
from reading.zip_file import ZipFile

_PARTS: dict[str, Part] = {
    "train": "train",
    "tr": "train",
    "t10k": "test",
    "test": "test",
    "te": "test",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
}
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, eq=False)
class ArrayMember:
    """An array in a file."""

    source: SourceFile
    name: str
    """The name that messages use."""
    written: str
    """The name in the file, without its extension."""
    column: str
    part: Part | None
    header: NpyHeader
    open: Callable[[], BinaryIO]
    """Opens the file at its beginning."""
    read_header: Callable[[BinaryIO, str], NpyHeader]

    @contextmanager
    def rows(self) -> Iterator[RowStream]:
        """Its rows from the first."""
        with self.open() as stream:
            self.read_header(stream, self.name)
            yield RowStream(stream, self.header, self.name)


def npy_members(job: Job, contents: Sequence[Content]) -> list[ArrayMember]:
    """The arrays of NPY and NPZ files. If the names of all arrays say a part, `x_train.npy`, or `x_train` in an NPZ
    file, is column `x` of the training part."""
    found = []
    for content in contents:
        if content.signature.kind == "npy":
            stem = content.name.rsplit("/", 1)[-1].removesuffix(".npy")
            found.append(_member(job, content.source, content.name, stem, content.open, _available(content)))
            continue
        archive = ZipFile(content.on_disk(job.folder), content.name, job.limits)
        for i, name in archive.names.items():
            if name.endswith(".npy"):
                shown = f"{name} in {content.name}"
                size = archive.size(i)
                opener = _opener(archive, i)
                found.append(_member(job, content.source, shown, name.removesuffix(".npy"), opener, size))
    return _with_parts(found)


def idx_members(job: Job, contents: Sequence[Content]) -> list[ArrayMember]:
    """The arrays of IDX files: those of three or more dimensions are images, the others labels."""
    found = []
    for content in contents:
        member = _member(job, content.source, content.name, "", content.open, _available(content), read_idx_header)
        words = [word.lower() for word in _WORDS.findall(content.name)]
        part = next((_PARTS[word] for word in words if word in _PARTS), None)
        column = "image" if len(member.header.shape) >= 3 else "label"
        found.append(replace(member, column=column, part=member.part or part))
    return found


def _available(content: Content) -> int | None:
    return None if content.packed else content.source.path.stat().st_size


def _opener(archive: ZipFile, i: int) -> Callable[[], BinaryIO]:
    return lambda: archive.open(i)


def _member(
    job: Job,
    source: SourceFile,
    name: str,
    column: str,
    opened: Callable[[], BinaryIO],
    size: int | None,
    header: Callable[[BinaryIO, str], NpyHeader] = read_header,
) -> ArrayMember:
    with opened() as stream:
        found = header(stream, name)
        check_size(found, None if size is None else size - stream.tell(), name, job.limits)
    return ArrayMember(source, name, column, column, source.split, found, opened, header)


def _with_parts(members: list[ArrayMember]) -> list[ArrayMember]:
    """The members, with column and part taken from the words of their names, if every name says a part."""
    split = [_split(member.column) for member in members]
    if len(members) < 2 or not all(split) or any(member.part for member in members):
        return members
    return [replace(member, column=pair[0], part=pair[1]) for member, pair in zip(members, split, strict=True) if pair]


def _split(name: str) -> tuple[str, Part] | None:
    words = name.split("_")
    if len(words) > 1:
        for word, rest in ((words[-1], words[:-1]), (words[0], words[1:])):
            if word.lower() in _PARTS:
                return "_".join(rest), _PARTS[word.lower()]
    return None
