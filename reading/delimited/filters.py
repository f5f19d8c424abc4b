"""What happens to text before its quotes are looked at: lines to skip, escapes, comments, long delimiters."""

import re
from collections.abc import Callable, Iterator

from reading.delimited import marks
from reading.delimited.dialect import Dialect

MAX_LINE = 64 << 20
"""Maximum number of characters of a line; a longer one is cut, and then refused."""
LINE_END = re.compile(r"\r\n|\r|\n")


def prepared(chunks: Iterator[str], dialect: Dialect, skip_rows: int) -> Iterator[str]:
    """The filtered chunks. Each but the last ends where it does not split a line end or an escape."""
    chunks = _whole(chunks)
    if skip_rows:
        chunks = _skipped(chunks, skip_rows)
    if dialect.escape:
        chunks = map(_escaper(dialect), chunks)
    if dialect.comment:
        chunks = _uncommented(chunks, dialect)
    return chunks


def _whole(chunks: Iterator[str]) -> Iterator[str]:
    """Chunks that end with a whole line, as soon as there is a line end."""
    rest = ""
    for chunk in chunks:
        text = rest + chunk
        # A final CR may be half of a line end, and a final escape belongs to what follows.
        end = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
        rest = text[end:]
        if end:
            yield text[:end]
        elif len(rest) > MAX_LINE:
            yield rest
            rest = ""
    if rest:
        yield rest


def _skipped(chunks: Iterator[str], rows: int) -> Iterator[str]:
    left = rows
    for chunk in chunks:
        start = 0
        while left and (found := LINE_END.search(chunk, start)):
            start, left = found.end(), left - 1
        if not left:
            yield chunk[start:]


def _escaper(dialect: Dialect) -> Callable[[str], str]:
    """A function that replaces escaped quotes, delimiters, line ends and escapes by their marks; before other
    characters the escape is kept."""
    hidden = {"\n": marks.LF, "\r": marks.CR, "\r\n": marks.CR + marks.LF, dialect.escape: dialect.escape}
    hidden |= {dialect.quote: marks.QUOTE} if dialect.quote else {}
    if len(dialect.delimiter) == 1:
        hidden[dialect.delimiter] = marks.DELIMITER
    pattern = re.compile(re.escape(dialect.escape) + "(\r\n|.)", re.DOTALL)
    return lambda text: pattern.sub(lambda found: hidden.get(found[1], found[0]), text)


def _uncommented(chunks: Iterator[str], dialect: Dialect) -> Iterator[str]:
    """Replace each comment by its mark. A line inside quotes is not a comment."""
    inside = False
    for chunk in chunks:
        lines = _split_lines(chunk)
        for i, line in enumerate(lines):
            if not inside and line.lstrip(dialect.blanks).startswith(dialect.comment):
                lines[i] = marks.COMMENT + line[len(line.rstrip("\r\n")) :]
            elif dialect.quote:
                inside ^= line.count(dialect.quote) % 2 == 1
        yield "".join(lines)


def _split_lines(text: str) -> list[str]:
    """The lines with their ends."""
    ends = [found.end() for found in LINE_END.finditer(text)]
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
