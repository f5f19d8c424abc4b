"""A file to be read."""

from dataclasses import dataclass
from pathlib import Path

from gradus.facts import Part


@dataclass(frozen=True)
class SourceFile:
    """One of the files that a version is read from."""

    path: Path
    name: str
    """The name that people gave it."""
    split: Part | None = None
    """The part that its rows belong to."""
