"""A real file, and the results that are expected for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.tables.service import File


@dataclass(frozen=True)
class Case:
    """A data set of real files."""

    name: str
    files: Callable[["Folders"], Sequence[File]]
    """Gets the files; raises `Missing` if they are not available."""
    target: str | tuple[str, ...]
    alarms: frozenset[str] = frozenset()
    """The expected findings of severity critical and warning, as `id` or `id column`, which were determined by looking
    at the file."""
    parse: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the spec's `dataset`."""
    texts: frozenset[str] = frozenset()
    """Columns that are texts although all of their cells look like numbers, such as codes with leading zeros."""
    reading: Mapping[str, Any] = field(default_factory=dict)
    """The arguments with which pandas reads the files."""


class Missing(Exception):
    """A file is not available here; the message says why."""


@dataclass(frozen=True)
class Folders:
    """Where files come from."""

    datasets: Path
    """The folder with `tables` and `cifar10-jpeg.tar.xz`."""
    packages: Path
    """A temporary folder for files from packages."""
    made: Path
    """A temporary folder for files that are made from others."""


def alarms_of(findings: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The findings of a data set that are critical or warnings, in the notation of a `Case`."""
    return frozenset(
        " ".join(filter(None, (one["id"], one.get("column"))))
        for one in findings
        if one["severity"] in {"critical", "warning"}
    )
