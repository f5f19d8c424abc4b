"""The beginning of a text file, whole lines of it."""

import io
from typing import BinaryIO

_TRIES = 1000
"""Largest number of line ends that are tried: after an unpaired quote, none would be outside quotes."""


def first_lines(stream: BinaryIO, size: int, quote: bytes = b'"') -> BinaryIO:
    """The beginning of a stream, at most this many bytes, cut at a line end outside quotes. Closes the stream."""
    with stream:
        head = stream.read(size + 1)
    if len(head) <= size:
        return io.BytesIO(head)
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    little = head.startswith(b"\xff\xfe")
    end = b"\n\x00" if little else b"\x00\n" if wide else b"\n"
    at = size
    for _ in range(_TRIES):
        if (at := head.rfind(end, 0, at)) <= 0:
            break
        cut = at + len(end)
        if (not wide or cut % 2 == 0) and (not quote or head.count(quote, 0, cut) % 2 == 0):
            return io.BytesIO(head[:cut])
    return io.BytesIO(head[:size].rsplit(b"\r", 1)[0])
