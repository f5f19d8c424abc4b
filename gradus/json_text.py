"""JSON, in which a key that appears twice in one object is an error: one of its values would be lost."""

import json
import re
from collections.abc import Iterator
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)


class DuplicateKey(ValueError):
    """A key appears twice in one object."""

    def __init__(self, key: str, first: int, second: int) -> None:
        where = f"in line {first}" if first == second else f"in lines {first} and {second}"
        super().__init__(f"the key '{key[:100]}' appears twice in one object, {where}")


def loads(text: str) -> Any:
    """Parse JSON.

    Raises:
        DuplicateKey: an object has the same key twice.
        ValueError: the text is not valid JSON.
    """
    value = json.loads(text)
    for key, first, second in _duplicates(text):
        raise DuplicateKey(key, _line(text, first), _line(text, second))
    return value


def _duplicates(text: str) -> Iterator[tuple[str, int, int]]:
    """Each duplicate key and the offsets of both occurrences, in a text that is valid JSON."""
    objects: list[dict[str, int] | None] = []  # None for an array
    expected = False  # whether the next string is a key
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "{":
                objects.append({})
            case "[":
                objects.append(None)
            case "}" | "]":
                objects.pop()
        here = objects[-1] if objects else None
        if expected and here is not None and token[0].startswith('"'):
            key = json.loads(token[0], strict=False)
            if key in here:
                yield key, here[key], token.start()
            here[key] = token.start()
        expected = here is not None and token[0] in {"{", ","}


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1
