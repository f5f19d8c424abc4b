"""Converts data frames and arrays to files with equal values: Parquet, CSV with explicit types, or NPZ; no pickle."""

import csv
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from importlib import import_module
from io import BytesIO, StringIO
from typing import Any, NoReturn

from gradus.client.source import Source, of_bytes
from gradus.errors import BadRequest

PARQUET_ENGINES = ("pyarrow", "fastparquet")
"""The module with which pandas writes Parquet."""
CSV_OPTIONS: Mapping[str, Any] = {
    "kind": "csv",
    "delimiter": ",",
    "quote": '"',
    "escape": "",
    "header": True,
    "skip_rows": 0,
    "comment": "",
    "encoding": "utf-8",
    "decimal": ".",
    "thousands": "",
    "missing": [],
    "trim": False,
}
"""The options for reading the CSV files that this module writes, so that nothing is guessed."""


def is_frame(data: Any) -> bool:
    """Whether this is a data frame of pandas or polars."""
    return hasattr(data, "columns") and (hasattr(data, "to_parquet") or hasattr(data, "write_parquet"))


def of_frame(frame: Any) -> Source:
    """A data frame as a file: Parquet if the frame can write it, else CSV with the types of the columns.

    A named index becomes a column; one without a name is left out.

    Raises:
        BadRequest: a column has values that no file can hold as they are.
    """
    if hasattr(frame, "write_parquet"):
        return _parquet(frame.write_parquet)
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    _check_names([*frame.columns])
    if any(map(_installed, PARQUET_ENGINES)):
        return _parquet(lambda file: frame.to_parquet(file, index=False))
    return _csv(frame)


def of_arrays(arrays: Mapping[str, Any]) -> Source:
    """Arrays by the names of their columns, as an NPZ file. The first axis counts the examples.

    Raises:
        BadRequest: one of them holds Python objects, or their lengths differ.
    """
    numpy = _module("numpy", "to upload arrays")
    found = {name: numpy.asarray(_on_host(values)) for name, values in arrays.items()}
    for name, array in found.items():
        if array.dtype.hasobject:
            raise BadRequest(f"the array '{name}' holds Python objects: give it a type, such as array.astype(float)")
    lengths = {name: len(array) if array.ndim else None for name, array in found.items()}
    if len(set(lengths.values())) != 1 or None in lengths.values():
        shown = ", ".join(f"{name} {length or 'none'}" for name, length in lengths.items())
        raise BadRequest(f"all arrays must have the same length, one value for each row: {shown}")
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in found.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                numpy.lib.format.write_array(member, array, allow_pickle=False)
    return of_bytes(file.getvalue(), "arrays.npz", {"kind": "arrays"})


def _on_host(values: Any) -> Any:
    """A tensor's values in memory that numpy can read."""
    return values.detach().cpu() if hasattr(values, "detach") else values


def _parquet(write: Callable[[BytesIO], Any]) -> Source:
    file = BytesIO()
    write(file)
    return of_bytes(file.getvalue(), "frame.parquet", {"kind": "parquet"})


def _installed(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True


def _module(name: str, why: str) -> Any:
    """Import the module that the caller's values come from."""
    try:
        return import_module(name)
    except ImportError as error:
        raise BadRequest(f"{why}, install {name}") from error


def _check_names(names: list[Any]) -> None:
    wrong = [name for name in names if not (isinstance(name, str) and name.strip())]
    if wrong:
        raise BadRequest(f"{wrong[0]!r} is not a valid column name: use a text that is not empty")
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise BadRequest(f"two columns are called '{repeated[0]}': rename one")


def _csv(frame: Any) -> Source:
    """A frame of pandas as CSV, with the type of each column."""
    types, columns = {}, {}
    for name in frame.columns:
        types[name], columns[name] = _column(name, frame[name])
    text = StringIO()
    written = _module("pandas", "to upload a frame").DataFrame(columns, columns=list(frame.columns))
    written.to_csv(text, index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
    return of_bytes(text.getvalue().encode(), "frame.csv", {**CSV_OPTIONS, "columns": types})


def _column(name: str, values: Any) -> tuple[str, Any]:
    """The type of a column in a file, and its values as CSV has them."""
    kinds = import_module("pandas").api.types
    if isinstance(values.dtype, import_module("pandas").CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    kind = values.dtype
    if kinds.is_bool_dtype(kind):
        return "boolean", values.map({True: "true", False: "false"}, na_action="ignore")
    if kinds.is_integer_dtype(kind):
        return "integer", values
    if kinds.is_float_dtype(kind):
        return "number", _finite(name, values)
    if kinds.is_datetime64_any_dtype(kind):
        return "datetime", _moments(name, values)
    if kinds.is_string_dtype(kind) or kinds.is_object_dtype(kind):
        return _of_objects(name, values)
    return _refuse(name, f"has the type {kind}")


def _of_objects(name: str, values: Any) -> tuple[str, Any]:
    present = values.dropna()
    kinds = {type(value).__name__ for value in present}
    if kinds <= {"date"} and kinds:
        return "date", values.map(lambda day: day.isoformat(), na_action="ignore")
    if kinds <= {"bool"} and kinds:
        return "boolean", values.map({True: "true", False: "false"}, na_action="ignore")
    if not kinds <= {"str"}:
        _refuse(name, f"has values of the types {', '.join(sorted(kinds))}")
    if (present == "").any():
        _refuse(name, "has empty texts, which CSV cannot tell from missing values")
    return "text", values


def _finite(name: str, values: Any) -> Any:
    exact = values.astype("float64")  # the digits of a float32 are those of another float64
    if exact.isin([float("inf"), float("-inf")]).any():
        _refuse(name, "has infinite values")
    return exact


def _moments(name: str, values: Any) -> Any:
    if values.dt.nanosecond.any():
        _refuse(name, "has nanoseconds, but times are stored in microseconds: round it")
    zone = "" if values.dt.tz is None else "Z"
    moments = values if values.dt.tz is None else values.dt.tz_convert("UTC").dt.tz_localize(None)
    return moments.map(lambda moment: f"{moment.isoformat()}{zone}", na_action="ignore")


def _refuse(name: str, why: str) -> NoReturn:
    raise BadRequest(f"the column '{name}' {why}: change it, or install pyarrow, to send the frame as Parquet")
