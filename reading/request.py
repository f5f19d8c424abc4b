"""The request that the parent sends to a reading process."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from reading.source import SourceFile

MB = 1_000_000
MIB = 2**20


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Value):
    """The limits above which a file is refused. `/v1/system` returns the defaults."""

    rows: int = 100_000_000
    columns: int = 20_000
    name_characters: int = 200
    cell_bytes: int = MIB
    picture_bytes: int = 32 * MB
    picture_pixels: int = 50_000_000
    pictures: int = 1_000_000
    archive_members: int = 1_000_000
    unpacked_bytes: int = 64 * 2**30
    """Size of all files together after decompression. Also the largest file that may be written."""
    unpacked_ratio: int = 200
    """Decompressed bytes per compressed byte; checked only above `unpacked_free` decompressed bytes."""
    unpacked_free: int = 10 * MB
    workbook_bytes: int = 512 * MIB
    """Size of the XML in a workbook, which is read into memory."""
    memory_mib: int = 1024
    """Address space of the reading process, whose libraries take a fifth of it."""
    seconds: float = 60
    """Processor time that any reading may take, in addition to `seconds_per_100_mb`."""
    seconds_per_100_mb: float = 60
    patience: float = 5
    """Factor by which the elapsed time may exceed the processor time, on a busy machine."""


class ReadRequest(_Value):
    """A request to read files into a stored table."""

    files: tuple[SourceFile, ...] = Field(min_length=1)
    """The complete files on this machine, with absolute paths."""
    parse: dict[str, Any] = {}
    """The options that were given; the others are guessed."""
    limits: Limits = Limits()
    out: Path
    """The folder that becomes the stored table: absolute, empty or not there yet."""
    target: str | tuple[str, ...] | None = None
    table: Path | None = None
    """An existing stored table, for which only statistics and findings are computed; `files` are the files in its
    folder."""
    preview_bytes: int | None = None
    """For a dry run: approximately how many bytes of the files are read."""

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.path.stat().st_size for file in self.files)

    @property
    def cpu_seconds(self) -> float:
        """Processor time that the reading may take."""
        return self.limits.seconds + self.limits.seconds_per_100_mb * self.bytes / (100 * MB)

    @property
    def deadline(self) -> float:
        """Seconds after which the reading is ended. Time in which it was ready but others had the processors does not
        count: it gives way to training, and the files are not at fault if the machine is busy."""
        return self.limits.patience * self.cpu_seconds
