"""JSON, in which a key that appears twice in one object is an error: one of its values would be lost."""

import json
import re
from collections.abc import Iterator
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)


class KeyTwice(ValueError):
    """A key appears twice in one object."""

    def __init__(self, key: str, first: int, second: int) -> None:
        where = f"in line {first}" if first == second else f"in lines {first} and {second}"
        super().__init__(f"the key '{key[:100]}' appears twice in one object, {where}")


def loads(text: str) -> Any:
    """The value that the text stands for.

    Raises:
        KeyTwice: an object names a key twice; only the last would count.
        ValueError: it is no JSON.
    """
    value = json.loads(text)
    for key, first, second in _twice(text):
        raise KeyTwice(key, _line(text, first), _line(text, second))
    return value


def _twice(text: str) -> Iterator[tuple[str, int, int]]:
    """Each key that its object has named before, and the places of both, in a text that is JSON."""
    objects: list[dict[str, int] | None] = []  # None for an array
    expected = False  # whether a string that comes now is a key
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
