"""Regular JSON lines, divided at once: numpy finds the borders of all keys and values, and no object is made.

A text is regular if every line is an object with the same keys in the same order, whose values are numbers, truth
values, null or texts, and no key has both texts and other values. Every such line is checked to be JSON; other texts
are left to `objects`, which reports what is wrong with them.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reading.slices import Content, Slices

_LF, _QUOTE, _BLANK, _BACKSLASH = ord("\n"), ord('"'), ord(" "), ord("\\")
_BORDERS = np.zeros(256, dtype=np.bool_)
_BORDERS[list(b"{}[]:,\n")] = True
_BLANKS = 4
"""Blanks beside a key or value that are dropped here."""
_NUMBERS = re.compile(r"(?:(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)?\n)*+")
_WORDS = re.compile(r"(?:(?:true|false)?\n)*+")

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Regular:
    """Consecutive objects, as columns."""

    keys: Sequence[str]
    columns: list[Sequence[str]]
    """The cells by key; empty for null."""
    texts: list[bool]
    """Whether a column has a text."""
    lines: range


def regular(text: str, keys: Sequence[str], line: int) -> Regular | None:
    """The objects of a text of whole lines, which begins on this line, as columns by these keys; None if they are not
    regular."""
    if not keys or not all(map(_is_plain, keys)):
        return None
    encoded = text.encode()
    data = np.frombuffer(encoded if encoded.endswith(b"\n") else encoded + b"\n", dtype=np.uint8)
    is_quote = data == _QUOTE
    is_quote[_escaped(data)] = False
    borders = _borders(data, is_quote, len(keys))
    if borders is None:
        return None
    content, escapes = Content(data), np.flatnonzero(data == _BACKSLASH)
    quotes = 2 * len(keys) * borders.shape[1]
    columns, texts = [], []
    for i, key in enumerate(keys):
        begin, colon, end = borders[2 * i], borders[2 * i + 1], borders[2 * i + 2]
        found = _values(content, colon + 1, end.copy()) if _is_key(data, begin + 1, colon.copy(), key) else None
        if found is None:
            return None
        cells, of_texts = found
        quotes += of_texts
        unescaped = _unescaped(cells, escapes) if of_texts and len(escapes) else cells
        if unescaped is None:
            return None
        columns.append(unescaped)
        texts.append(of_texts > 0)
    if quotes != np.count_nonzero(is_quote):  # there are more quotes, such as of two texts side by side
        return None
    return Regular(keys, columns, texts, range(line, line + borders.shape[1]))


def _borders(data: Bytes, is_quote: NDArray[np.bool_], keys: int) -> NDArray[np.int64] | None:
    """The positions of { : , : , … } and the line end, (2 · keys + 2, lines); None if the lines do not have this
    structure."""
    if ((data < _BLANK) & (data != _LF)).any():
        return None
    inside = np.bitwise_xor.accumulate(is_quote.view(np.uint8)).view(np.bool_)
    found = np.flatnonzero(_BORDERS[data] & ~inside)
    pattern = np.frombuffer(b"{" + b":," * (keys - 1) + b":}\n", dtype=np.uint8)
    if len(found) % len(pattern):
        return None
    borders = found.reshape(-1, len(pattern)).T.copy()
    if np.count_nonzero(data == _LF) != borders.shape[1]:  # a text has a line end, which JSON must escape
        return None
    whole = bool((data[borders] == pattern[:, None]).all()) and _are_lines(borders)
    return borders if whole else None


def _escaped(data: Bytes) -> Places:
    """The positions after an odd number of backslashes."""
    places = np.flatnonzero(data == _BACKSLASH)
    if not len(places):
        return places
    last = np.flatnonzero(np.append(np.diff(places) > 1, True))
    lengths = np.diff(np.append(-1, last))
    found: Places = places[last[lengths % 2 == 1]] + 1
    return found


def _unescaped(cells: Slices, escapes: Places) -> Sequence[str] | None:
    """The texts with their escapes resolved, from the positions of all backslashes; None if an escape is invalid."""
    marked = np.flatnonzero(escapes.searchsorted(cells.ends) != escapes.searchsorted(cells.starts)).tolist()
    if not marked:
        return cells
    texts = cells.texts()
    meant: dict[str, str] = {}
    try:
        for i in marked:
            if (text := texts[i]) not in meant:
                meant[text] = json.loads(f'"{text}"')
            texts[i] = meant[text]
        "".join(meant.values()).encode()  # half of a surrogate pair has no UTF-8
    except (json.JSONDecodeError, UnicodeEncodeError):
        return None
    return texts


def _are_lines(borders: Places) -> bool:
    """Whether there is nothing outside of the braces, nor a quote that is never closed."""
    begins, ends = borders[0], borders[-1]
    return bool(begins[0] == 0 and (begins[1:] == ends[:-1] + 1).all() and (borders[-2] + 1 == ends).all())


def _is_plain(key: str) -> bool:
    """Whether JSON always writes the key unchanged, without escapes."""
    return key.isprintable() and '"' not in key and "\\" not in key


def _is_key(data: Bytes, starts: Places, ends: Places, key: str) -> bool:
    """Whether there is nothing but the key, and blanks around it, between these places."""
    wanted = np.frombuffer(f'"{key}"'.encode(), dtype=np.uint8)
    return (
        _trim(data, starts, ends)
        and bool((ends - starts == len(wanted)).all())
        and bool((data[starts[:, None] + np.arange(len(wanted))] == wanted).all())
    )


def _values(content: Content, starts: Places, ends: Places) -> tuple[Slices, int] | None:
    """The values between these positions, and the number of quotes around texts; None if they are not valid JSON, or
    differ in type."""
    data = content.data
    if not _trim(data, starts, ends) or (starts >= ends).any():
        return None
    text = data[starts] == _QUOTE
    null = _are_null(data, starts, ends)
    if text.any():
        if not (text | null).all() or not ((data[ends - 1] == _QUOTE) & (ends - starts > 1))[text].all():
            return None
        starts += text
        ends -= text
        ends[null] = starts[null]
        return Slices(content, starts, ends), 2 * int(np.count_nonzero(text))
    ends[null] = starts[null]
    cells = Slices(content, starts, ends)
    return (cells, 0) if _are_values(cells) else None


def _are_null(data: Bytes, starts: Places, ends: Places) -> NDArray[np.bool_]:
    null: NDArray[np.bool_] = (ends - starts == 4) & (data[starts] == ord("n"))
    for i, letter in enumerate(b"null"):
        null &= data[np.minimum(starts + i, len(data) - 1)] == letter
    return null


def _are_values(cells: Slices) -> bool:
    """Whether all non-empty cells are numbers, or all are truth values, as JSON writes them."""
    if cells.numbers is not None:
        return True
    joined = cells.in_lines()
    return bool(_NUMBERS.fullmatch(joined) or _WORDS.fullmatch(joined))


def _trim(data: Bytes, starts: Places, ends: Places) -> bool:
    """Move the places over blanks; False if there are too many of these."""
    for _ in range(_BLANKS):
        at_start = (starts < ends) & (data[starts] == _BLANK)
        at_end = (starts < ends) & (data[ends - 1] == _BLANK)
        if not at_start.any() and not at_end.any():
            return True
        starts += at_start
        ends -= at_end & (starts < ends)
    return False
