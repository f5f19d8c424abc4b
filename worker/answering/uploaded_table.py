"""The table of an upload that did not become a data set. It is read in a confined process, as data sets are, and not
kept."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from gradus.errors import InvalidSpec, Unavailable
from gradus.pointer import escaped
from gradus.wire.problem import MOST, Mistake
from hub.artifacts.store import artifact_store
from hub.datasets.objects import CONTENT
from hub.questions.question import UploadedFile
from worker.answering.protocol import Ask

if TYPE_CHECKING:  # DuckDB may not be installed
    from preprocessing.encode import Fitted, FittedColumn
    from preprocessing.table import Table
    from reading.failure import ReadingFailed


@contextmanager
def uploaded_table(
    ask: Ask, upload: UploadedFile, name: str, fitted: "Fitted", may_be_absent: frozenset[str] = frozenset()
) -> "Iterator[Table]":
    """The table of an upload, whose columns have the types that a network takes. Columns that may be absent have types
    only if the file has them.

    Raises:
        InvalidSpec: the file cannot be read as such a table.
        Unavailable: the disk is full.
        ReadingFailed: the machine hindered the reading.
        Damaged: it was deleted, or is damaged.
    """
    from preprocessing.table import Table  # noqa: PLC0415 (as above)
    from reading.child import read  # noqa: PLC0415 (as above)
    from reading.failure import ReadingFailed  # noqa: PLC0415
    from reading.request import ReadRequest  # noqa: PLC0415
    from reading.source import SourceFile  # noqa: PLC0415

    with TemporaryDirectory(dir=ask.folder) as folder:
        file = Path(folder).resolve() / "file"
        _join(ask, upload, file)
        parse, out = _typed(upload.parse, fitted), file.with_name("table")
        try:
            try:
                read(ReadRequest(files=(SourceFile(file, name),), parse=parse, out=out))
            except ReadingFailed as failed:
                absent = _absent(failed)
                if not absent or not may_be_absent.issuperset(absent):
                    raise
                parse["columns"] = {name: type_ for name, type_ in parse["columns"].items() if name not in absent}
                read(ReadRequest(files=(SourceFile(file, name),), parse=parse, out=out))
        except ReadingFailed as failed:
            if failed.code == "machine_error":
                raise  # another process may read it
            if failed.code == "disk_full":
                raise Unavailable(failed.message, code=failed.code) from failed
            where = "" if failed.line is None else f"line {failed.line}: "
            errors = _mistakes([name for name in _absent(failed) if name not in may_be_absent], fitted.names)
            raise InvalidSpec(f"{where}{failed.message}", code=failed.code, errors=errors) from failed
        yield Table(out)


def _absent(failed: "ReadingFailed") -> list[str]:
    """The columns that the file lacks: those whose types the patch of `parse` removes."""
    patch = (failed.option or {}).get("columns") or {}
    return [name for name, type_ in patch.items() if type_ is None]


def _mistakes(absent: Sequence[str], names: Sequence[str]) -> list[Mistake]:
    return [
        Mistake(
            path=f"columns/{escaped(name)}" if name in names else f"parse/columns/{escaped(name)}",
            message=f"the file has no column '{name}'",
        )
        for name in absent[:MOST]
    ]


def _join(ask: Ask, upload: UploadedFile, file: Path) -> None:
    store = artifact_store(ask.artifacts_url)
    with file.open("wb") as whole:
        for part in upload.parts:
            with store.open(part.key, part.digest) as folder, (folder / CONTENT).open("rb") as content:
                shutil.copyfileobj(content, whole)


def _typed(parse: dict[str, Any], fitted: "Fitted") -> dict[str, Any]:
    """The options with the types that the network's columns need, which replace the types in the options."""
    types = {one.column: type_ for one in fitted.columns if (type_ := _type(one)) is not None}
    if not types:
        return parse
    return {**parse, "columns": {**(parse.get("columns") or {}), **types}}


def _type(fitted: "FittedColumn") -> str | None:
    from preprocessing.encode import FittedNumber, FittedStandardized  # noqa: PLC0415 (as above)
    from preprocessing.pixels import FittedArray, FittedBytes  # noqa: PLC0415

    match fitted:
        case FittedNumber():
            return "boolean" if fitted.type == "boolean" else "number"
        case FittedStandardized():
            return _type(fitted.scaled)
        case FittedBytes() | FittedArray():
            return None
        case _:
            return str(fitted.type)
