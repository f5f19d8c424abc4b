"""Where the specs of a command come from: files, the standard input, a named example, or `--set` alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradus.catalog import as_posted
from gradus.cli import documents, settings
from gradus.errors import BadRequest
from gradus.examples import EXAMPLES


@dataclass(frozen=True)
class Given:
    """A spec's document, and where it comes from."""

    source: str
    document: Any


def read_specs(sources: Sequence[str], examples: Sequence[str], changes: Sequence[str]) -> list[Given]:
    """What to submit, each with every `--set` done in order.

    Raises:
        BadRequest: there is none, or one cannot be read.
    """
    return [Given(name, settings.apply_all(one, changes)) for name, one in _documents(sources, examples, changes)]


def _example(name: str) -> Any:
    """By its name, or by a part of it that no other has."""
    found = [key for key in EXAMPLES if key == name] or [key for key in EXAMPLES if name.lower() in key]
    if len(found) != 1:
        raise BadRequest(f"there is no example '{name}': take one of {_names()}")
    return as_posted(EXAMPLES[found[0]])


def _documents(sources: Sequence[str], examples: Sequence[str], changes: Sequence[str]) -> list[tuple[str, Any]]:
    if sources and examples:
        raise BadRequest("take files or --example, not both")
    if examples:
        return [(name, _example(name)) for name in examples]
    if sources:
        return [(source, document) for source in sources for document in _read(source)]
    if changes:
        return [("--set", {})]
    raise BadRequest(
        f"name a spec's file, - for the standard input, --set dataset=… --set layers=…, or --example with one of: "
        f"{_names()}"
    )


def _read(source: str) -> list[Any]:
    """The documents of a file; who writes an example's name instead is told of the option."""
    if source in EXAMPLES and not Path(source).exists():
        raise BadRequest(f"there is no file {source}: did you mean --example {source}?")
    return documents.read(source)


def _names() -> str:
    return ", ".join(f"'{name}'" for name in EXAMPLES)
