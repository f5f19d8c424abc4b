"""Dry runs: a child process reads the beginning of files, and nothing is stored."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from api.services import dataset_creation
from api.services.stored_table import no_reader
from gradus.errors import GradusError, InvalidSpec, TooLarge, Unavailable, UnsupportedMedia
from gradus.pointer import pointer
from gradus.wire.dataset import DatasetDryRun
from gradus.wire.dataset_request import DatasetFile, DatasetRequest
from gradus.wire.finding import FindingPage
from gradus.wire.problem import Mistake
from hub.datasets import records, uploads
from hub.datasets.objects import CONTENT
from hub.hub import Hub
from hub.scratch import scratch_folder
from preprocessing.stored_names import FINDINGS
from reading.child import read
from reading.failure import NOT_OF_FILE, ReadingFailed
from reading.request import Limits, ReadRequest
from reading.signatures import HEAD, signature
from reading.source import SourceFile

PREVIEW_BYTES = 4 << 20
"""Bytes of text that a dry run reads."""
MAX_BINARY_BYTES = 256 << 20
"""Limit on a file that is not text. It is read whole, because its directory may be at its end."""
ROWS = 20
SECONDS = 30.0
_PIECE = 1 << 20


def of_body(
    hub: Hub, content: IO[bytes], name: str, parse: dict[str, Any], target: str | tuple[str, ...] | None
) -> DatasetDryRun:
    """The result of reading the beginning of a file.

    Raises:
        GradusError: the file cannot be read.
    """
    with scratch_folder(hub.settings.incoming, "preview") as folder:
        content.seek(0)
        path = folder / "file"
        with path.open("wb") as file:
            shutil.copyfileobj(content, file, _PIECE)
        return _read([SourceFile(path, name)], path.stat().st_size, folder, parse, target)


def of_uploads(hub: Hub, workspace_id: str, request: DatasetRequest) -> DatasetDryRun:
    """The result of reading the beginning of uploads.

    Raises:
        GradusError: the uploads cannot be read.
    """
    dataset_creation.check_files(hub, workspace_id, request.files)
    with scratch_folder(hub.settings.incoming, "preview") as folder:
        sizes, sources = [], []
        for i, file in enumerate(request.files):
            path = folder / f"file-{i}"
            sizes.append(_beginning(hub, file, path))
            sources.append(SourceFile(path, file.name or file.upload, file.split))
        return _read(sources, sum(sizes), folder, request.parse, request.target)


def _beginning(hub: Hub, file: DatasetFile, path: Path) -> int:
    """Write the beginning of an upload, or all of it if it is not text. Returns the size of the whole upload."""
    with hub.read() as session:
        parts = uploads.content(session, file.upload)
    size = sum(part.size for part in parts)
    with path.open("wb") as target:
        for part in parts:
            with hub.artifacts.open(part.key, part.digest) as folder, (folder / CONTENT).open("rb") as content:
                shutil.copyfileobj(content, target, _PIECE)
            if target.tell() > PREVIEW_BYTES and _is_text(path):
                break
            if target.tell() > MAX_BINARY_BYTES:
                raise TooLarge(f"a dry run reads files that are not text up to {MAX_BINARY_BYTES:,} bytes")
    return size


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return signature(file.read(HEAD)).kind == "text"


def _read(
    sources: Sequence[SourceFile], size: int, folder: Path, parse: Mapping[str, Any], target: Any
) -> DatasetDryRun:
    request = ReadRequest(
        files=tuple(sources),
        parse=dict(parse),
        limits=Limits(seconds=SECONDS),
        out=folder / "table",
        target=target,
        preview_bytes=PREVIEW_BYTES,
    )
    try:
        table = read(request)
        from preprocessing.rows import range_of_rows  # noqa: PLC0415 (imports DuckDB)
        from preprocessing.table import Table  # noqa: PLC0415

        names = [column.name for column in table.columns]
        data = range_of_rows(Table(request.out, table), names, 0, ROWS)
        found = request.out / FINDINGS
        findings = FindingPage.model_validate_json(found.read_bytes()).data if found.exists() else ()
    except ReadingFailed as failed:
        raise refusal(failed) from None
    except ImportError as error:
        raise no_reader(error) from error
    return DatasetDryRun(
        parse=table.parse,
        guessed=table.guessed,
        columns=records.shown(table.columns),
        rows=table.rows,
        data=tuple(data),
        left_out=table.left_out,
        findings=(*table.findings, *findings),
        bytes_read=min(size, PREVIEW_BYTES),
        complete=size <= PREVIEW_BYTES,
    )


def refusal(failed: ReadingFailed) -> GradusError:
    """The error for files that cannot be read, with the place and, if there is one, the option that would read them."""
    place = pointer(part for part in (failed.file, failed.line) if part is not None)
    if failed.code == "unknown_column":
        place = "target"
    mistake = Mistake(path=place, message=failed.message, input=failed.around)
    cure = (
        []
        if not failed.option
        else [Mistake(path="parse", message="these options would read the file", input=failed.option)]
    )
    kinds: dict[str, type[GradusError]] = {
        "not_a_table": UnsupportedMedia,
        "too_large": TooLarge,
        **dict.fromkeys(NOT_OF_FILE, Unavailable),
    }
    return kinds.get(failed.code, InvalidSpec)(failed.message, code=failed.code, errors=[mistake, *cure])
