"""A file as people have it, and what is to come of it."""

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
    """Raises `Missing` if they are not to be had."""
    target: str | tuple[str, ...]
    alarms: frozenset[str] = frozenset()
    """The findings of severity critical and warning, as `id` or `id column`, written down by looking at the file."""
    parse: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)
    """Of the spec's `dataset`."""
    texts: frozenset[str] = frozenset()
    """Columns whose cells all look like numbers and which are texts nevertheless, such as codes with leading zeros."""
    reading: Mapping[str, Any] = field(default_factory=dict)
    """How pandas is told to read the files."""


class Missing(Exception):
    """A file is not to be had here; the message says why."""


@dataclass(frozen=True)
class Folders:
    """Where files come from."""

    datasets: Path
    """With `tables` and `cifar10-jpeg.tar.xz`."""
    packages: Path
    """A temporary one, for what packages have."""
    made: Path
    """A temporary one, for files made of others."""


def alarms_of(findings: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The findings of a data set that are alarms, as a `Case` names them."""
    return frozenset(
        " ".join(filter(None, (one["id"], one.get("column"))))
        for one in findings
        if one["severity"] in {"critical", "warning"}
    )
