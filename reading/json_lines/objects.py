"""The objects of a file of JSON lines, strictly: numbers stay as they are written."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from reading.delimited.decoding import Decoded
from reading.delimited.place import place
from reading.failure import ReadingFailed
from reading.json_lines.regular import Regular, regular


class Written(str):
    """A number as it stands in the file."""

    __slots__ = ()


class _Refused(ValueError):
    """Valid for Python's decoder, but no JSON."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for i, (key, _) in enumerate(pairs) if key in dict(pairs[:i]))
        raise _Refused(f"the key {twice!r} stands twice in an object")
    return found


def _constant(name: str) -> NoReturn:
    raise _Refused(f"{name} is no JSON: write null")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=Written, parse_int=Written, parse_constant=_constant)


def written(value: Any) -> str:
    """The value as JSON, without blanks, numbers as they were."""
    if isinstance(value, Written):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{written(of)}" for key, of in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def objects(decoded: Decoded, size: int) -> Iterator[list[tuple[int, Mapping[str, Any]]] | Regular]:
    """The objects with their lines, those of each chunk of about `size` bytes together. Empty lines are none.

    Raises:
        ReadingFailed: a line is no JSON object.
    """
    keys: tuple[str, ...] = ()
    for line, text in _texts(decoded, size):
        first = text.partition("\n")[0]
        if not keys and (begun := _decoded(decoded, [first], line)):
            keys = tuple(begun[0][1])
        found = regular(text, keys, line)
        if found is not None:
            yield found
            continue
        rows = _decoded(decoded, text.split("\n"), line)
        if rows:
            keys = tuple(rows[-1][1])
        yield rows


def _texts(decoded: Decoded, size: int) -> Iterator[tuple[int, str]]:
    """Texts of whole lines, and the line on which each begins."""
    rest, line = "", 1
    for chunk in decoded.chunks(size):
        text = rest + chunk
        end = text.rfind("\n") + 1
        if end:
            yield line, text[:end]
        line += text.count("\n", 0, end)
        rest = text[end:]
    if rest:
        yield line, rest


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
            raise _failed(decoded, line, error.pos, f"is no JSON: {error.msg}") from None
        except _Refused as error:
            raise _failed(decoded, line, 0, f"is refused: {error}") from None
        if not isinstance(value, dict):
            what = "an array" if isinstance(value, list) else "a single value"
            raise _failed(decoded, line, 0, f"is {what}, not an object: write one object in each line")
        found.append((line, value))
    return found


def _failed(decoded: Decoded, line: int, column: int, what: str) -> ReadingFailed:
    byte, around = place(decoded, line, column)
    message = f"line {line} {what}"
    return ReadingFailed("data_error", message, file=decoded.file.name, line=line, byte=byte, around=around)
