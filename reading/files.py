"""Files of any kind become a stored table."""

from collections.abc import Sequence
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError

from gradus.parse.document import Parse
from gradus.parse.files import ArraysParse, ExcelParse, IdxParse, ImagesParse, ParquetParse
from gradus.parse.text import CsvParse, JsonlParse
from gradus.wire.table import ReadTable
from preprocessing.table import Table
from reading.arrays.reader import read_arrays, read_idx
from reading.content import Content, content
from reading.delimited.decoding import Open
from reading.delimited.read import read_csv
from reading.failure import ReadingFailed
from reading.images.pictures import Archive
from reading.images.reader import read_images
from reading.job import Job
from reading.json_lines.jsonl_cells import read_jsonl
from reading.kinds import kind_of
from reading.parquet.reader import read_parquet
from reading.preview import first_lines
from reading.sheets.reader import read_sheets
from reading.source import SourceFile
from reading.zip_file import ZipFile
from reading.zip_member import table_inside, unpacked

_PARSE: TypeAdapter[Parse] = TypeAdapter(Parse)


def read_files(job: Job) -> ReadTable:
    """Read the files of a job into its folder.

    Raises:
        ReadingFailed: they cannot be read.
    """
    contents = [content(job, source) for source in job.request.files]
    kinds = [kind_of(job, file) for file in contents]
    if "archive" in kinds:
        contents = [
            table_inside(job, file) if kind == "archive" else file for file, kind in zip(contents, kinds, strict=True)
        ]
        kinds = [kind_of(job, file) for file in contents]
    if len(set(kinds)) > 1:
        raise ReadingFailed(
            "data_error",
            f"{contents[0].source.name} is read as {kinds[0]}, another file as another kind: all files of a data set "
            "must be of one kind.",
        )
    return _read(job, _parse(job, kinds[0]), contents)


def _parse(job: Job, kind: str) -> Parse:
    try:
        return _PARSE.validate_python({"kind": kind} | job.request.parse)
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(map(str, first["loc"][1:]))
        raise ReadingFailed("invalid_parse", f"parse/{where}: {first['msg']}") from None


def _read(job: Job, parse: Parse, contents: Sequence[Content]) -> ReadTable:
    match parse:
        case ImagesParse():
            found = read_images(
                job, parse, [_archive(job, file) for file in contents], lambda *member: _table(job, *member)
            )
        case ArraysParse():
            found = read_arrays(job, parse, contents)
        case ParquetParse():
            found = read_parquet(job, parse, contents)
        case IdxParse():
            found = read_idx(job, parse, contents)
        case ExcelParse():
            found = read_sheets(job, parse, contents)
        case CsvParse():
            opened = _opener(job, contents, (parse.quote or '"').encode())
            found = read_csv(
                _sources(contents), parse, job.folder, job.limits, job.bytes_progress, opened, job.check_names
            )
        case JsonlParse():
            opened = _opener(job, contents, b"")
            found = read_jsonl(
                _sources(contents), parse, job.folder, job.limits, job.bytes_progress, opened, job.check_names
            )
    return found


def _sources(contents: Sequence[Content]) -> list[SourceFile]:
    return [content.source for content in contents]


def _opener(job: Job, contents: Sequence[Content], quote: bytes) -> Open:
    """Opens a file decompressed; for a preview only its first lines."""
    by_path = {content.source.path: content for content in contents}

    def opened(file: SourceFile) -> BinaryIO:
        stream = by_path[file.path].open()
        size = job.request.preview_bytes
        return stream if size is None else first_lines(stream, size, quote)

    return opened


def _archive(job: Job, file: Content) -> Archive:
    return Archive(file.source, ZipFile(file.on_disk(job.folder), file.name, job.limits))


def _table(job: Job, archive: Archive, member: int) -> Table:
    """A table that is a member of an archive, read into a stored table in a folder of its own."""
    folder = job.folder / f"beside{member}"
    folder.mkdir()
    source = unpacked(job, archive.zip, member, archive.source)
    request = job.request.model_copy(
        update={"files": (source,), "parse": {}, "out": folder, "preview_bytes": None, "target": None}
    )
    inner = Job(request, job.report)
    try:
        read_files(inner)
    finally:
        inner.close()
    return Table(folder)
