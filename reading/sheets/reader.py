"""Sheets become a stored table, by the census of their cells."""

from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice

from gradus.parse.files import ExcelParse
from gradus.wire.table import ReadTable
from reading.content import Content
from reading.delimited.header import judge_header
from reading.failure import ReadingFailed
from reading.job import Job
from reading.sheets.cells import SheetCells
from reading.sheets.workbook import opened, rectangle, sheet_of
from reading.text_table import Reading, read_cells

_BELOW = 1000
"""Number of rows that the first row is compared with, to decide whether it contains the names."""
_PREVIEW_ROWS = 5000


def read_sheets(job: Job, parse: ExcelParse, contents: Sequence[Content]) -> ReadTable:
    """Read one sheet of each file. The options chosen for the first file apply to all.

    Raises:
        ReadingFailed: a file is damaged, too large or has no such sheet, or no rows.
    """
    guessed: dict[str, str] = {}
    with ExitStack() as closing:
        cells: list[SheetCells] = []
        for content in contents:
            workbook = closing.enter_context(opened(content.on_disk(job.folder), content.name, job.limits))
            sheet, why = sheet_of(workbook, parse, content.name)
            place = rectangle(sheet, parse)
            if place is None:
                raise ReadingFailed("no_rows", f"Sheet {sheet.name!r} of {content.name} is empty.", file=content.name)
            if job.request.preview_bytes is not None:
                place = (place[0], min(place[1], place[0] + _PREVIEW_ROWS), *place[2:])
            if why:
                guessed.setdefault("sheet", why)
            if parse.header is None:
                header, because = _header(SheetCells(content.source, sheet, place, [], job.limits))
                guessed["header"] = because
                parse = parse.model_copy(update={"header": header})
            width = place[3] - place[2] + 1
            names = None if parse.header else [""] * width
            cells.append(SheetCells(content.source, sheet, place, names, job.limits))
            parse = parse.model_copy(update={"sheet": sheet.name}) if len(contents) == 1 else parse
        resolved = parse.model_dump(mode="json", include={"kind", "sheet", "range", "header"})
        reading = Reading(resolved, guessed)
        return read_cells(cells, parse, reading, job.folder, job.limits, job.bytes_progress, job.check_names)


def _header(cells: SheetCells) -> tuple[bool, str]:
    rows = [texts for _, texts in islice(cells.rows(header=False), _BELOW + 1)]
    if len(rows) < 2:
        return True, "the only row has the names"
    found = judge_header(rows[0], rows[1:])
    return found.is_header, found.because
