"""Files of any kind become a stored table."""

from collections.abc import Sequence
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError

from gradus.parse.document import Parse
from gradus.parse.files import ArraysParse, ExcelParse, IdxParse, ImagesParse, ParquetParse
from gradus.parse.text import CsvParse, JsonlParse
from gradus.wire.table import ReadTable
from reading.arrays.reader import read_arrays, read_idx
from reading.content import Content, content
from reading.delimited.read import read_csv
from reading.failure import ReadingFailed
from reading.images.pictures import Archive
from reading.images.reader import read_images
from reading.job import Job
from reading.kinds import kind_of
from reading.parquet.reader import read_parquet
from reading.preview import first_lines
from reading.sheets.reader import read_sheets
from reading.source import SourceFile
from reading.zip_file import ZipFile
from reading.zip_member import table_inside

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
            "are of one kind.",
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
            return read_images(job, parse, [_archive(job, file) for file in contents])
        case ArraysParse():
            return read_arrays(job, parse, contents)
        case ParquetParse():
            return read_parquet(job, parse, contents)
        case IdxParse():
            return read_idx(job, parse, contents)
        case ExcelParse():
            return read_sheets(job, parse, contents)
        case CsvParse():
            return _read_text(job, parse, contents)
        case JsonlParse():
            raise ReadingFailed("not_a_table", f"{contents[0].source.name} is JSON: save it as CSV or Parquet.")


def _read_text(job: Job, parse: CsvParse, contents: Sequence[Content]) -> ReadTable:
    by_path = {content.source.path: content for content in contents}

    def opened(file: SourceFile) -> BinaryIO:
        content = by_path[file.path]
        if job.request.preview_bytes is None:
            return content.open()
        return first_lines(content.open(), job.request.preview_bytes, (parse.quote or '"').encode())

    sources = [content.source for content in contents]
    return read_csv(sources, parse, job.folder, job.limits, job.bytes_progress, opened)


def _archive(job: Job, file: Content) -> Archive:
    return Archive(file.source, ZipFile(file.on_disk(job.folder), file.name, job.limits))
