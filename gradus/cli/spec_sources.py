"""Where a command takes specs from: files, standard input, a named example, or `--set` alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gradus.catalog import as_posted
from gradus.cli import documents, overrides
from gradus.errors import BadRequest
from gradus.examples import EXAMPLES


@dataclass(frozen=True)
class Source:
    """The document of a spec, and its origin."""

    name: str
    document: Any

    def tagged(self, tags: Sequence[str]) -> "Source":
        """The same source with additional tags, without duplicates."""
        own = self.document.get("tags", []) if isinstance(self.document, dict) else None
        if not tags or not isinstance(own, list):  # the service says what is wrong with it
            return self
        added = [tag for tag in dict.fromkeys(tags) if tag not in own]
        return replace(self, document={**self.document, "tags": [*own, *added]})


def read(files: Sequence[str], examples: Sequence[str], changes: Sequence[str]) -> list[Source]:
    """The specs to submit, each with every `--set` applied in order.

    Raises:
        BadRequest: there are none, or one cannot be read.
    """
    return [Source(name, overrides.apply_all(one, changes)) for name, one in _documents(files, examples, changes)]


def _documents(files: Sequence[str], examples: Sequence[str], changes: Sequence[str]) -> list[tuple[str, Any]]:
    if files and examples:
        raise BadRequest("files and --example cannot be combined")
    if examples:
        return [(name, _example(name)) for name in examples]
    if files:
        return [(file, document) for file in files for document in _read(file)]
    if changes:
        return [("--set", {})]
    raise BadRequest(
        "no spec given: name a file, or - for standard input, or use --set dataset=… --set layers=…, "
        f"or --example with one of {_names()}"
    )


def _example(name: str) -> Any:
    """The example with this name, or the only one whose name contains this text."""
    found = [key for key in EXAMPLES if key == name] or [key for key in EXAMPLES if name.lower() in key]
    if len(found) != 1:
        raise BadRequest(f"example '{name}' not found: use one of {_names()}")
    return as_posted(EXAMPLES[found[0]])


def _read(file: str) -> list[Any]:
    """The documents of a file. If only an example has this name, the error suggests the example."""
    if file in EXAMPLES and not Path(file).exists():
        raise BadRequest(f"file {file} not found: did you mean --example {file}?")
    return documents.read(file)


def _names() -> str:
    return ", ".join(f"'{name}'" for name in EXAMPLES)
