"""For each type of a Parquet column: the column that it becomes, and what must hold so that nothing is lost."""

import re
from dataclasses import dataclass

from gradus.facts import ColumnType

_LARGEST = 2**63 - 1
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


@dataclass(frozen=True)
class Taken:
    """How a column is taken. In SQL, `{}` stands for its value."""

    type: ColumnType
    value: str = "{}"
    """An expression of the type, NULL where the value is missing."""
    wrong: str | None = None
    """A condition that no value may fulfil."""
    why: str = ""
    """The message about a value that meets it: `has …`, and what to do."""


_BEYOND = f"{{}} NOT BETWEEN -{_LARGEST} AND {_LARGEST}"
_IDENTIFIERS = "is beyond 64 bits: if these are identifiers, take them as `text`"
_PLAIN: dict[str, Taken] = {
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), Taken("integer")
    ),
    **dict.fromkeys(("UBIGINT", "HUGEINT", "UHUGEINT"), Taken("integer", wrong=_BEYOND, why=_IDENTIFIERS)),
    **dict.fromkeys(
        ("FLOAT", "DOUBLE"),
        Taken(
            "number",
            value="CASE WHEN isnan({0}) THEN NULL ELSE {0} END",
            wrong="isinf({})",
            why="is infinite: replace it, or make it null, which is missing",
        ),
    ),
    "BOOLEAN": Taken("boolean"),
    **dict.fromkeys(("VARCHAR", "UUID", "TIME", '"NULL"'), Taken("text")),
    "DATE": Taken("date"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS"), Taken("datetime")),
    "TIMESTAMP WITH TIME ZONE": Taken("datetime", value="make_timestamp(epoch_us({}))"),  # in UTC
    "TIMESTAMP_NS": Taken("datetime", wrong="epoch_ns({}) % 1000 != 0", why="is finer than a microsecond: round it"),
}


def taken(duckdb_type: str) -> Taken | str:
    """How a column of this type is converted or, if it cannot be, the reason, which completes `is …`."""
    if found := _DECIMAL.fullmatch(duckdb_type):
        return _decimal(duckdb_type, int(found[1]), int(found[2]))
    if duckdb_type.startswith("ENUM"):
        return Taken("text")
    return _PLAIN.get(duckdb_type) or _refusal(duckdb_type)


def _decimal(duckdb_type: str, digits: int, scale: int) -> Taken:
    if not scale:
        return Taken("integer") if digits <= 18 else Taken("integer", wrong=_BEYOND, why=_IDENTIFIERS)
    if digits <= 15:
        return Taken("number")  # a double identifies every such decimal
    return Taken(
        "number",
        wrong=f"TRY_CAST({{0}}::DOUBLE AS {duckdb_type}) IS DISTINCT FROM {{0}}",
        why="has more digits than a number keeps: take the column as `number` to round it, or as `text`",
    )


_REFUSED = (
    (
        re.compile(r"\]$"),
        "a list: make each element a column of its own, or save the column as an array in an NPZ file",
    ),
    (
        re.compile(r"^STRUCT.*\bbytes BLOB\b"),
        "a column of pictures, as Hugging Face writes them: save each as a file in a folder with the name of its class,"
        " pack the folders into a ZIP file, and send that",
    ),
    (re.compile("^STRUCT"), "a structure: make each of its fields a column of its own"),
    (re.compile("^MAP"), "a map: make each of its keys a column of its own"),
    (re.compile("^(BLOB|BIT)$"), "bytes: save them as text, or pictures as files in a ZIP file"),
    (re.compile("^INTERVAL$"), "a duration: save it as a number of seconds"),
)
"""For types that are refused, what the type is and what to do; the first pattern that matches counts."""


def _refusal(duckdb_type: str) -> str:
    reasons = (reason for pattern, reason in _REFUSED if pattern.search(duckdb_type))
    return next(reasons, f"{duckdb_type}, which has no counterpart here: save it as a number or as text")
