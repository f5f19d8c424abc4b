"""The place of an error in a file. It is found by reading the file again, so that only errors pay for it."""

from itertools import chain

from reading.delimited.decoding import Decoded, bytes_of, encoding_of, mark_bytes
from reading.delimited.filters import LINE_END
from reading.failure import AROUND


def place(decoded: Decoded, line: int, column: int) -> tuple[int, str]:
    """The position of the byte at a character of a line, and the text around it.

    Args:
        line: the line, counted from 1.
        column: the character in the line, counted from 0.
    """
    text, start, lines, bytes_before = "", 0, 1, _mark(decoded)
    for chunk in chain(decoded.chunks(1 << 20), [""]):
        rest = text[start:]
        text, start = rest + chunk, 0
        while lines < line and (found := LINE_END.search(text, start)):
            if found.end() == len(text) and chunk:
                break  # it may be half of a line end
            bytes_before += bytes_of(text[start : found.end()], decoded.encoding)
            start, lines = found.end(), lines + 1
        if lines == line and len(text) - start > column + AROUND:
            break
    here = start + column
    around = text[max(start, here - AROUND // 2) :][:AROUND]
    return bytes_before + bytes_of(text[start:here], decoded.encoding), LINE_END.sub("\u23ce", around)


def _mark(decoded: Decoded) -> int:
    """Size of the byte order mark at the beginning of the file."""
    with decoded.open() as stream:
        return mark_bytes(encoding_of(stream.read(4)))
