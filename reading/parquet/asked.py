"""A Parquet column as the type that a request wants. Every value must fit; a number may be rounded."""

from gradus.parse.cells import CellType
from reading.parquet.types import Taken, taken
from reading.stored.conversion import SQL_TYPES

_DAY = "[0-9]{4}(-[0-9]{1,2}-|/[0-9]{1,2}/)[0-9]{1,2}"
_CLOCK = "([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6}0*)?)?"
# DuckDB's casts round, drop a time or its zone, and overflow without a word: a text must have the form of its type.
_FORMS: dict[CellType, str] = {
    "integer": "[-+]?[0-9]+",
    "number": "[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?",
    "boolean": "(?i:true|false|yes|no|t|f|y|n|1|0)",
    "date": _DAY,
    "datetime": f"{_DAY}([T ]{_CLOCK})?",
}
_TRUE = "lower({}) IN ('true', 'yes', 't', 'y', '1')"


def asked(duckdb_type: str, wanted: CellType) -> Taken:
    """How a column of any type is taken as the type that the request wants."""
    if wanted == "text":
        return Taken("text", value="{}::VARCHAR")
    if duckdb_type == "VARCHAR" or duckdb_type.startswith("ENUM"):
        return _of_text(wanted)
    plain = taken(duckdb_type)
    if isinstance(plain, Taken) and plain.type == wanted != "number":
        return plain
    why = f"is no {wanted}"
    value = plain.value.format("{0}") if isinstance(plain, Taken) else "{0}"  # NULL where it is missing, as NaN is
    cast = f"TRY_CAST({value} AS {SQL_TYPES[wanted]})"
    if wanted == "number":
        return Taken(
            wanted, value=cast, wrong=f"{value} IS NOT NULL AND NOT coalesce(isfinite({cast}), false)", why=why
        )
    # A cast that rounds does not fit: casting back must give the original value.
    back = f"TRY_CAST({cast} AS {duckdb_type})"
    return Taken(wanted, value=cast, wrong=f"{value} IS NOT NULL AND {back} IS DISTINCT FROM {{0}}", why=why)


def _of_text(wanted: CellType) -> Taken:
    text = "{0}::VARCHAR"
    cast = _TRUE.format(text) if wanted == "boolean" else f"TRY_CAST({text} AS {SQL_TYPES[wanted]})"
    form = _FORMS[wanted].replace("{", "{{").replace("}", "}}")
    wrong = f"NOT regexp_full_match({text}, '{form}') OR {cast} IS NULL"
    if wanted == "number":  # also refuse what becomes 0 although a digit is not 0
        wrong += f" OR isinf({cast}) OR ({cast} = 0 AND regexp_matches({text}, '^[^eE]*[1-9]'))"
    why = f"is no {wanted}"
    if wanted == "datetime":
        why += " of a form such as 2026-01-31 23:59:59, without a zone"
    return Taken(wanted, value=cast, wrong=wrong, why=why)
