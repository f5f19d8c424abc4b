"""Labels: what a change of a sweep is called."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

LABEL = 500
"""Characters of a label; each experiment of the change, each mistake and each result has it."""
VALUE = 200
"""Characters of a value in it."""
QUOTED = 100
"""Characters of a label in a sentence."""
_MARK = 8
"""Hexadecimal digits that tell labels apart which begin alike."""


def label(values: Mapping[str, str]) -> str:
    """Of these values by path, written out each."""
    return cut(", ".join(f"{path}={value}" for path, value in values.items()), LABEL)


def written(value: Any) -> str:
    """A value as in JSON, without quotes around a bare word."""
    return cut(uncut(value), VALUE)


def uncut(value: Any) -> str:
    """As labels had it before they were cut."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def cut(text: str, most: int) -> str:
    """The text with so many characters at most; the end of a longer one is a digest of all of it."""
    if len(text) <= most:
        return text
    mark = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_MARK]
    return f"{text[: most - _MARK - 3]}… #{mark}"


def quoted(name: str) -> str:
    """A label in a sentence."""
    return f"'{cut(name, QUOTED)}'"
