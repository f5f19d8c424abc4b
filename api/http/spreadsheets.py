"""CSV for spreadsheets, which treat text that begins with certain characters as a formula and evaluate it.

Source: OWASP, CSV injection.
"""

import re
from typing import Any

_CELL = re.compile(r'"(?:[^"]|"")*"|[^,\r\n"]+')
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded(cell: Any) -> Any:
    """The cell, with `'` before text that a spreadsheet would treat as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def guarded_lines(lines: bytes) -> bytes:
    """Lines of CSV, as Python writes it, with their texts guarded. Numbers stay as they are."""
    return _CELL.sub(_guarded, lines.decode()).encode()


def _guarded(match: re.Match[str]) -> str:
    cell = match[0]
    if cell.startswith('"'):
        return f'"{guarded(cell[1:])}'
    return cell if _is_number(cell) else str(guarded(cell))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
