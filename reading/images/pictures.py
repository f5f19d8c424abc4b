"""The pictures in archives, and their places in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from gradus.facts import Part
from reading.failure import ReadingFailed
from reading.images.folders import places
from reading.images.picture import EXTENSIONS, BrokenPicture
from reading.request import MB
from reading.source import SourceFile
from reading.zip_file import ZipFile


@dataclass(frozen=True, eq=False)
class Archive:
    """A ZIP file, and what the request says about it."""

    source: SourceFile
    zip: ZipFile


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture in an archive."""

    archive: Archive
    member: int
    part: Part | None
    label: str | None

    @property
    def name(self) -> str:
        """Its name in the archive."""
        return self.archive.zip.names[self.member]

    def data(self, most: int) -> bytes:
        """The bytes of its file, at most this many.

        Raises:
            BrokenPicture: there are more, or they are damaged.
            ReadingFailed: they exceed the limits of decompression.
        """
        if self.archive.zip.size(self.member) > most:
            raise BrokenPicture(f"more than {most // MB} MB")
        try:
            with self.archive.zip.open(self.member) as stream:
                return stream.read()
        except ReadingFailed as failed:
            if failed.code != "data_error":
                raise
            raise BrokenPicture("damaged in the archive") from None


def is_picture(name: str) -> bool:
    """Whether a name is that of a picture."""
    return name.rpartition(".")[2].lower() in EXTENSIONS and "." in name


def pictures(archives: Sequence[Archive]) -> list[Picture]:
    """All pictures: by archive, then by part, then by name, so that it does not matter how they were packed."""
    found = []
    for archive in archives:
        names = {i: name for i, name in archive.zip.names.items() if is_picture(name)}
        if not names:
            continue
        place = places(names)
        own = [Picture(archive, i, archive.source.split or place[i].part, place[i].label) for i in names]
        found += sorted(own, key=lambda picture: (picture.part or "", picture.name))
    return found
