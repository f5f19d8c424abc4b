"""The objects of a file of JSON lines, strictly: numbers stay as they are written."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from reading.delimited.decoding import Decoded
from reading.delimited.place import place
from reading.failure import ReadingFailed
from reading.json_lines.regular import Regular, regular

MAX_LINE = 64 << 20
"""Maximum number of characters of a line, which is held in memory."""
_MOST_KEYS = 500
"""Largest number of keys with which all lines of a chunk are divided at once. Each key has a cost, so there must also
be more lines than keys."""
_NO_OBJECT = "is {}, not an object: write one object in each line"


class Written(str):
    """A number as it stands in the file."""

    __slots__ = ()


class _Refused(ValueError):
    """The value is valid for Python's decoder, but is not JSON."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for i, (key, _) in enumerate(pairs) if key in dict(pairs[:i]))
        raise _Refused(f"the key {twice!r} occurs twice in an object")
    return found


def _constant(name: str) -> NoReturn:
    raise _Refused(f"{name} is not JSON: write null")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=Written, parse_int=Written, parse_constant=_constant)


def written(value: Any) -> str:
    """The value as JSON, without whitespace, with numbers as they were written."""
    if isinstance(value, Written):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{written(of)}" for key, of in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def objects(decoded: Decoded, size: int) -> Iterator[list[tuple[int, Mapping[str, Any]]] | Regular]:
    """The objects with their lines, grouped by chunks of about `size` bytes. Empty lines are skipped.

    Raises:
        ReadingFailed: a line is not a JSON object.
    """
    keys: tuple[str, ...] = ()
    for line, text in _texts(decoded, size):
        first = text.partition("\n")[0]
        if not keys and (begun := _decoded(decoded, [first], line)):
            keys = tuple(begun[0][1])
        found = regular(text, keys, line) if len(keys) <= min(_MOST_KEYS, text.count("\n") + 1) else None
        if found is not None:
            yield found
            continue
        rows = _decoded(decoded, text.split("\n"), line)
        if rows:
            keys = tuple(rows[-1][1])
        yield rows


def _texts(decoded: Decoded, size: int) -> Iterator[tuple[int, str]]:
    """Texts of whole lines, and the line on which each begins."""
    rest: list[str] = []  # pieces of an unfinished line
    line, have = 1, 0
    for chunk in decoded.chunks(size):
        end = chunk.rfind("\n") + 1
        if end:
            text = "".join([*rest, chunk[:end]])
            yield line, text
            line += text.count("\n")
            rest, have = [], 0
        if end < len(chunk):
            rest.append(chunk[end:])
            have += len(chunk) - end
            _refuse_endless(decoded, rest[0], have, line)
    if rest:
        yield line, "".join(rest)


def _refuse_endless(decoded: Decoded, begin: str, have: int, line: int) -> None:
    """Refuse a line by its beginning, or because it is too long already, without waiting for its end."""
    if begin.lstrip().startswith("["):
        raise _failed(decoded, line, 0, _NO_OBJECT.format("an array"))
    if have > MAX_LINE:
        message = f"line {line} is longer than {MAX_LINE >> 20} MiB: write one object in each line"
        raise ReadingFailed("too_large", message, file=decoded.file.name, line=line)


def _decoded(decoded: Decoded, lines: list[str], first: int) -> list[tuple[int, Mapping[str, Any]]]:
    found: list[tuple[int, Mapping[str, Any]]] = []
    for line, text in enumerate(lines, first):
        if not text or text.isspace():
            continue
        try:
            value = _DECODER.decode(text)
        except RecursionError:
            raise _failed(decoded, line, 0, "is nested too deeply") from None
        except json.JSONDecodeError as error:
            if text.lstrip().startswith("["):  # an array that spans several lines
                raise _failed(decoded, line, 0, _NO_OBJECT.format("an array")) from None
            raise _failed(decoded, line, error.pos, f"is not JSON: {error.msg}") from None
        except _Refused as error:
            raise _failed(decoded, line, 0, f"is refused: {error}") from None
        if not isinstance(value, dict):
            what = "an array" if isinstance(value, list) else "a single value"
            raise _failed(decoded, line, 0, _NO_OBJECT.format(what))
        found.append((line, value))
    return found


def _failed(decoded: Decoded, line: int, column: int, what: str) -> ReadingFailed:
    byte, around = place(decoded, line, column)
    message = f"line {line} {what}"
    return ReadingFailed("data_error", message, file=decoded.file.name, line=line, byte=byte, around=around)
