"""Streaming decompression with limits: only what is read is decompressed, and nothing beyond the limits."""

import io
import sys
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

from reading.failure import ReadingFailed
from reading.request import MB, MIB, Limits

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CHUNK = 1 << 16
"""Compressed bytes that are read at a time."""
MAX_MEMBERS = 1_000_000
"""Maximum number of gzip members or zstd frames in a file."""


class Budget:
    """How much the files of a reading may decompress to, all together."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.packed = 0
        """Compressed bytes that were used so far."""
        self.unpacked = 0
        """Bytes after decompression of those that were used so far."""

    def take(self, name: str, packed: int, unpacked: int) -> None:
        """Count this many more bytes.

        Raises:
            ReadingFailed: they exceed the limit.
        """
        self.packed += packed
        self.unpacked += unpacked
        self.check_ratio(name, self.packed, self.unpacked)
        if self.unpacked > self._limits.unpacked_bytes:
            raise ReadingFailed(
                "too_large",
                f"The files decompress to more than {self._limits.unpacked_bytes / MB:,.0f} MB, at {name}.",
                file=name,
            )

    def check_ratio(self, name: str, packed: int, unpacked: int) -> None:
        """Refuse a stream, or all streams together, if `packed` bytes have decompressed to too many bytes, `unpacked`.

        Raises:
            ReadingFailed: it is a decompression bomb.
        """
        ratio = self._limits.unpacked_ratio
        if unpacked > self._limits.unpacked_free and unpacked > ratio * packed:
            raise ReadingFailed(
                "too_large",
                f"{packed:,} bytes of {name} decompress to more than {unpacked:,}, over {ratio} times as much: that is "
                "what a decompression bomb does. If it is not one, send the file decompressed.",
                file=name,
            )


class Decompressor(Protocol):
    """One gzip member, zstd frame or deflate stream."""

    def decompress(self, packed: bytes, most: int) -> bytes:
        """At most this many of the next bytes. Compressed bytes beyond that are kept for the next call."""

    @property
    def hungry(self) -> bool:
        """Whether it needs more compressed bytes to go on."""

    @property
    def eof(self) -> bool:
        """Whether the member is at its end."""

    @property
    def rest(self) -> bytes:
        """After the end: the bytes that follow the member."""


class Deflate:
    """zlib's decompressor. `window` is 31 for a gzip member, -15 for a bare stream."""

    def __init__(self, window: int) -> None:
        self._zlib = zlib.decompressobj(window)
        self._full = False

    def decompress(self, packed: bytes, most: int) -> bytes:
        """See `Decompressor`."""
        made = self._zlib.decompress(self._zlib.unconsumed_tail + packed, most)
        self._full = len(made) == most
        return made

    @property
    def hungry(self) -> bool:
        """See `Decompressor`."""
        return not self._full and not self._zlib.unconsumed_tail

    @property
    def eof(self) -> bool:
        """See `Decompressor`."""
        return self._zlib.eof

    @property
    def rest(self) -> bytes:
        """See `Decompressor`."""
        return self._zlib.unused_data


class Zstd:
    """zstd's decompressor of one frame."""

    def __init__(self) -> None:
        self._zstd = zstd.ZstdDecompressor()

    def decompress(self, packed: bytes, most: int) -> bytes:
        """See `Decompressor`."""
        return self._zstd.decompress(packed, most)

    @property
    def hungry(self) -> bool:
        """See `Decompressor`."""
        return self._zstd.needs_input

    @property
    def eof(self) -> bool:
        """See `Decompressor`."""
        return self._zstd.eof

    @property
    def rest(self) -> bytes:
        """See `Decompressor`."""
        return self._zstd.unused_data


class Inflated(io.RawIOBase):
    """The decompressed bytes of a stream of one or more members. Closing it closes the stream, too.

    Reading raises a `ReadingFailed` if the stream is damaged, ends too early or is over the budget.
    """

    def __init__(
        self,
        packed: BinaryIO,
        name: str,
        new_member: Callable[[], Decompressor],
        budget: Budget,
        members: int,
    ) -> None:
        """`members` is the largest number of members allowed."""
        self._packed = packed
        self._most = members
        self._name = name
        self._new_member = new_member
        self._budget = budget
        self._member: Decompressor | None = new_member()
        self._members = 1
        self._waiting = b""  # compressed bytes not yet given to the current member
        self._counted = 0  # compressed bytes already counted in the budget
        self.packed_done = 0
        """Compressed bytes that were used."""
        self.done = 0
        """Decompressed bytes that were read."""

    def readable(self) -> bool:
        """Always true."""
        return True

    def tell(self) -> int:
        """Decompressed bytes that were read."""
        return self.done

    def close(self) -> None:
        """Close the compressed stream, too."""
        self._packed.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        """Fill part of the buffer; 0 at the end."""
        view = memoryview(buffer).cast("B")
        while self._member is not None and len(view):
            if made := self._step(self._member, len(view)):
                view[: len(made)] = made
                self.done += len(made)
                self._budget.check_ratio(self._name, self.packed_done, self.done)
                self._budget.take(self._name, self.packed_done - self._counted, len(made))
                self._counted = self.packed_done
                return len(made)
        return 0

    def _step(self, member: Decompressor, most: int) -> bytes:
        if member.eof:
            self._member = self._next_member(member.rest)
            return b""
        packed = b""
        if member.hungry:
            packed = self._waiting or self._packed.read(CHUNK)
            self.packed_done += 0 if self._waiting else len(packed)
            self._waiting = b""
            if not packed:
                raise self._damaged("ends in the middle")
        try:
            return member.decompress(packed, most)
        except (zlib.error, zstd.ZstdError) as error:
            raise self._damaged(f"is damaged ({error})") from None

    def _next_member(self, rest: bytes) -> Decompressor | None:
        """Begin the next member; None at the end of the stream, before which padding with null bytes is allowed."""
        while not (rest := rest.lstrip(b"\x00")):
            if not (rest := self._packed.read(CHUNK)):
                return None
            self.packed_done += len(rest)
        self._members += 1
        if self._members > self._most:
            raise ReadingFailed(
                "too_large",
                f"{self._name} has more than {self._most:,} compressed parts one after the other: send it "
                "decompressed.",
                file=self._name,
            )
        self._waiting = rest
        return self._new_member()

    def _damaged(self, how: str) -> ReadingFailed:
        return ReadingFailed(
            "data_error",
            f"{self._name} {how}, after {self.packed_done:,} compressed bytes: send it again, or decompressed.",
            file=self._name,
            byte=self.packed_done,
        )


def gzip_stream(packed: BinaryIO, name: str, budget: Budget) -> BinaryIO:
    """What a gzip file decompresses to, all its members."""
    return io.BufferedReader(Inflated(packed, name, lambda: Deflate(31), budget, MAX_MEMBERS), MIB)


def zstd_stream(packed: BinaryIO, name: str, budget: Budget) -> BinaryIO:
    """What a zstd file decompresses to, all its frames."""
    return io.BufferedReader(Inflated(packed, name, Zstd, budget, MAX_MEMBERS), MIB)
