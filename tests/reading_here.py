"""Reads files in this process, without the sandbox of the reading processes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gradus.facts import Part
from preprocessing.table import Table
from reading.files import read_files
from reading.job import Job
from reading.messages import Line
from reading.report import Report
from reading.request import Limits, ReadRequest
from reading.source import SourceFile


def read_here(
    folder: Path,
    files: Mapping[str, bytes],
    parse: Mapping[str, Any] | None = None,
    *,
    splits: Mapping[str, Part] | None = None,
    limits: Limits | None = None,
    preview_bytes: int | None = None,
    target: str | None = None,
) -> Table:
    """The stored table of these files, whose contents are given by name.

    Raises:
        ReadingFailed: they cannot be read.
    """
    sent, out = folder / "sent", folder / "table"
    sent.mkdir(exist_ok=True)
    out.mkdir(exist_ok=True)
    sources = []
    for i, (name, content) in enumerate(files.items()):
        (sent / f"{i}").write_bytes(content)
        sources.append(SourceFile(sent / f"{i}", name, (splits or {}).get(name)))
    request = ReadRequest(
        files=tuple(sources),
        parse=dict(parse or {}),
        limits=limits or Limits(),
        out=out,
        preview_bytes=preview_bytes,
        target=target,
    )
    lines: list[Line] = []
    read_files(Job(request, Report(lines.append)))
    return Table(out)
