"""A workbook, opened within limits: which sheet is the table, and its cells."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zipfile import is_zipfile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
    XmlError,
    ZipError,
)

from gradus.parse.files import ExcelParse
from reading.failure import ReadingFailed
from reading.machine import is_of_machine
from reading.request import MIB, Limits
from reading.zip_file import ZipFile

SheetCell = int | float | str | bool | time | date | datetime | timedelta
_RANGE = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")


@contextmanager
def opened(path: Path, name: str, limits: Limits) -> Iterator[CalamineWorkbook]:
    """A workbook whose XML is no larger than allowed.

    Raises:
        ReadingFailed: it is larger, damaged or protected by a password.
    """
    _refuse_large(path, name, limits)
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            yield workbook
    except PasswordError:
        raise ReadingFailed(
            "data_error", f"{name} is protected by a password: save it without one.", file=name
        ) from None
    except (CalamineError, ZipError, XmlError, OSError) as error:
        if is_of_machine(error):
            raise
        raise ReadingFailed(
            "data_error", f"{name} is a damaged workbook ({str(error)[:200]}): save it again.", file=name
        ) from None


def _refuse_large(path: Path, name: str, limits: Limits) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:  # a path that cannot be opened would be no workbook, to `is_zipfile` and to Calamine
        zipped = is_zipfile(file)
    if zipped:
        archive = ZipFile(path, name, limits)
        # The directory may lie about sizes: a member is inflated as far as it says, and no further.
        size = 0
        for i in archive.names:
            with archive.open(i) as stream:
                while chunk := stream.read(MIB):
                    size += len(chunk)
                    _refuse_if_above(size, name, limits)
    _refuse_if_above(size, name, limits)


def _refuse_if_above(size: int, name: str, limits: Limits) -> None:
    if size > limits.workbook_bytes:
        raise ReadingFailed(
            "too_large",
            f"{name} has more than {limits.workbook_bytes // MIB} MiB of cells: save the sheet as CSV.",
            file=name,
        )


def sheet_of(workbook: CalamineWorkbook, parse: ExcelParse, name: str) -> tuple[CalamineSheet, str | None]:
    """The sheet to be read, and the reason why it was chosen if the request does not name one.

    Raises:
        ReadingFailed: there is no such sheet.
    """
    if parse.sheet is not None:
        try:
            return workbook.get_sheet_by_name(parse.sheet), None
        except WorksheetNotFound:
            names = ", ".join(map(repr, workbook.sheet_names[:20]))
            raise ReadingFailed(
                "invalid_parse", f"{name} has no sheet {parse.sheet!r}. Its sheets are {names}.", file=name
            ) from None
    visible = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    filled = [sheet for sheet in map(workbook.get_sheet_by_name, visible) if sheet.height]
    if not filled:
        raise ReadingFailed("no_rows", f"{name} has no sheet with cells.", file=name)
    others = ", ".join(repr(sheet.name) for sheet in filled[1:21])
    why = f"the first of the sheets, which are also {others}" if others else "the only sheet with cells"
    return filled[0], why


def rectangle(sheet: CalamineSheet, parse: ExcelParse) -> tuple[int, int, int, int] | None:
    """First and last row, first and last column of the table, from 0; None if the sheet has no cells."""
    if parse.range is not None:
        found = _RANGE.fullmatch(parse.range.upper())
        assert found
        columns = sorted((_column(found[1]), _column(found[3])))
        rows = sorted((int(found[2]) - 1, int(found[4]) - 1))
        return rows[0], rows[1], columns[0], columns[1]
    if sheet.start is None or sheet.end is None:
        return None
    return sheet.start[0], sheet.end[0], sheet.start[1], sheet.end[1]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
