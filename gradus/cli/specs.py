"""Where the spec of `gradus submit` comes from: a file, the standard input, or a named example."""

import json
import sys
from pathlib import Path
from typing import Any

from gradus.cli import settings
from gradus.errors import BadRequest
from gradus.examples import EXAMPLES


def read_spec(source: str | None, example: str | None, changes: list[str]) -> Any:
    """The document to submit, with each `--set` done in order.

    Raises:
        BadRequest: there is none, or it is no JSON.
    """
    document = _document(source, example)
    for change in changes:
        document = settings.apply(document, change)
    return document


def _document(source: str | None, example: str | None) -> Any:
    if (source is None) == (example is None):
        raise BadRequest(f"name a spec's file, `-` for the standard input, or --example with one of: {_names()}")
    if example is not None:
        return _example(example)
    assert source is not None
    return _parsed(_text(source), source)


def _example(name: str) -> Any:
    """By its name, or by a part of it that no other has."""
    found = [key for key in EXAMPLES if key == name] or [key for key in EXAMPLES if name.lower() in key]
    if len(found) != 1:
        raise BadRequest(f"there is no example '{name}': take one of {_names()}")
    return EXAMPLES[found[0]].model_dump(mode="json")


def _text(source: str) -> str:
    if source == "-":
        return sys.stdin.read()
    try:
        return Path(source).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"{source} cannot be read: {error}") from error


def _parsed(text: str, source: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        where = "the standard input" if source == "-" else source
        raise BadRequest(f"{where} is no JSON: {error}") from error


def _names() -> str:
    return ", ".join(f"'{name}'" for name in EXAMPLES)
