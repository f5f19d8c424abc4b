"""Small workbooks, written by hand: Excel's XLSX and OpenDocument's ODS."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Any

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DATE, _DATETIME = 1, 2
_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/>'
    '<xf numFmtId="21"/></cellXfs></styleSheet>'
)
_EPOCH = datetime(1899, 12, 30)
_STATES = ("visible", "hidden")


class Formula(str):
    """A formula, and its value when the workbook was saved."""

    __slots__ = ("value",)
    value: str

    def __new__(cls, text: str, value: str) -> "Formula":
        formula = super().__new__(cls, text)
        formula.value = value
        return formula


def xlsx(sheets: Mapping[str, Sequence[Sequence[Any]]], *, hidden: Sequence[str] = (), first: str = "A1") -> bytes:
    """An XLSX workbook of these sheets. Their first cell is at `first` (a column A to Z and a row)."""
    names = list(sheets)
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" state="{_STATES[name in hidden]}" r:id="rId{i}"/>'
        for i, name in enumerate(names, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(names) + 1)
    )
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}'
            f'<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
            "xl/styles.xml": _STYLES,
        }
        | {f"xl/worksheets/sheet{i}.xml": _sheet(sheets[name], first) for i, name in enumerate(names, 1)}
    )


def ods(rows: Sequence[Sequence[Any]]) -> bytes:
    """An OpenDocument spreadsheet of one sheet."""
    office, table, text = (f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text"))
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}"><office:body>'
        f'<office:spreadsheet><table:table table:name="Data">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    listed = f'<manifest:manifest xmlns:manifest="{manifest}"/>'
    return packed({"mimetype": mime, "content.xml": content, "META-INF/manifest.xml": listed})


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file with these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # whose date is always the same
    return stream.getvalue()


def _sheet(rows: Sequence[Sequence[Any]], first: str) -> str:
    column, row = ord(first[0]), int(first[1:])
    lines = "".join(
        f'<row r="{r}">{"".join(_cell(f"{chr(column + c)}{r}", value) for c, value in enumerate(cells))}</row>'
        for r, cells in enumerate(rows, row)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def _cell(place: str, value: Any) -> str:
    if value is None:
        return ""
    match value:
        case Formula():
            attributes, content = 't="str"', f"<f>{escape(value)}</f><v>{escape(value.value)}</v>"
        case bool():
            attributes, content = 't="b"', f"<v>{int(value)}</v>"
        case datetime():
            attributes, content = f's="{_DATETIME}"', f"<v>{(value - _EPOCH).total_seconds() / 86_400!r}</v>"
        case date():
            attributes, content = f's="{_DATE}"', f"<v>{(value - _EPOCH.date()).days}</v>"
        case int() | float():
            attributes, content = "", f"<v>{value!r}</v>"
        case _:
            attributes, content = 't="inlineStr"', f'<is><t xml:space="preserve">{escape(value)}</t></is>'
    return f'<c r="{place}" {attributes}>{content}</c>'


def _ods_cell(value: Any) -> str:
    match value:
        case None:
            return "<table:table-cell/>"
        case bool():
            attributes = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
        case date():
            attributes = f'office:value-type="date" office:date-value="{value.isoformat()}"'
        case int() | float():
            attributes = f'office:value-type="float" office:value="{value!r}"'
        case _:
            attributes = 'office:value-type="string"'
    return f"<table:table-cell {attributes}><text:p>{escape(str(value))}</text:p></table:table-cell>"
