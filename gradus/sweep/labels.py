"""The labels of a sweep's changes."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

MAX_LABEL = 500
"""Maximum length of a label, which is stored with each experiment of the change."""
MAX_VALUE = 200
"""Maximum length of a value in a label."""
MAX_QUOTED = 100
"""Maximum length of a label in a sentence."""
_DIGEST = 8
"""Hexadecimal digits of the digest that distinguishes truncated labels."""


def label(values: Mapping[str, str]) -> str:
    """The label of a change, from its values by path as text."""
    return cut(", ".join(f"{path}={value}" for path, value in values.items()), MAX_LABEL)


def written(value: Any) -> str:
    """A value as text: as JSON, but strings without quotes; truncated."""
    return cut(uncut(value), MAX_VALUE)


def uncut(value: Any) -> str:
    """A value as text, not truncated."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def cut(text: str, most: int) -> str:
    """The text truncated to `most` characters. A truncated text ends with a digest of the whole."""
    if len(text) <= most:
        return text
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_DIGEST]
    return f"{text[: most - _DIGEST - 3]}… #{digest}"


def quoted(name: str) -> str:
    """A label in quotes, for error messages."""
    return f"'{cut(name, MAX_QUOTED)}'"
