"""All rows of a data set as a pandas frame: from its Parquet file where DuckDB is installed, else page by page."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from gradus.client.dataset_events import get_dataset
from gradus.client.dataset_rows import all_rows
from gradus.client.request import Request, nothing, path_of, reads
from gradus.client.save import save
from gradus.errors import BadRequest
from gradus.nearest import nearest
from gradus.wire.dataset import VersionRecord
from gradus.wire.table import ColumnRecord

if TYPE_CHECKING:
    from pandas import DataFrame

    from gradus.client.transport import Transport

DTYPES = {"integer": "Int64", "number": "Float64", "boolean": "boolean", "text": "string"}
"""The pandas type for each type of column; all of them support missing values."""
MOMENTS = ("date", "datetime")
"""Types that become `datetime64[us]`."""
NOT_IN_PARQUET = ("image", "array")
READER = "duckdb"


async def frame_of(
    transport: "Transport[Any]", dataset_id: str, column: str | Sequence[str], version: int | None
) -> "DataFrame":
    """All rows of a version, or of the newest that is ready, with all columns or some.

    Raises:
        BadRequest: no column has this name.
        ImportError: pandas is not installed.
    """
    import pandas as pd  # noqa: PLC0415 (an extra)

    number, columns = await _columns(transport, dataset_id, version)
    chosen = _chosen(columns, (column,) if isinstance(column, str) else tuple(column))
    if find_spec(READER) is None or any(str(one.type) in NOT_IN_PARQUET for one in chosen):
        selection = {"column": tuple(one.name for one in chosen), "version": number}
        page = await all_rows(transport, dataset_id, 0, None, selection)
        return pd.DataFrame(
            {one.name: _of_json(pd, [row[one.name] for row in page.data], str(one.type)) for one in chosen}
        )
    with TemporaryDirectory(prefix="gradus-") as folder:
        query = {} if number is None else {"version": number}
        request = Request("GET", path_of("datasets", dataset_id, "content.parquet"), nothing, query=query)
        path = await save(transport, request, Path(folder) / "table.parquet")
        stored = [one for one in columns if str(one.type) not in NOT_IN_PARQUET]
        arrays = _read(path, [stored.index(one) for one in chosen])
    return pd.DataFrame(
        {one.name: _of_array(pd, array, str(one.type)) for one, array in zip(chosen, arrays, strict=True)}
    )


async def _columns(
    transport: "Transport[Any]", dataset_id: str, version: int | None
) -> tuple[int | None, Sequence[ColumnRecord]]:
    """The number of the version, and its columns."""
    if version is None:
        dataset = await transport.send(get_dataset(dataset_id))
        return dataset.version, dataset.columns or ()
    path = path_of("datasets", dataset_id, f"versions/{version}")
    return version, (await transport.send(Request("GET", path, reads(VersionRecord)))).columns


def _chosen(columns: Sequence[ColumnRecord], names: Sequence[str]) -> Sequence[ColumnRecord]:
    by_name = {one.name: one for one in columns}
    for name in names:
        if name not in by_name:
            close = nearest(name, by_name)
            raise BadRequest(
                f"no column '{name}'" + (f": did you mean '{close}'?" if close else ""), code="unknown_column"
            )
    return [by_name[name] for name in dict.fromkeys(names)] or columns


def _read(path: Path, positions: Sequence[int]) -> list[Any]:
    """Columns of a Parquet file as masked arrays. Selected by position, because DuckDB ignores case in names."""
    duckdb = import_module(READER)
    with duckdb.connect() as connection:
        table = connection.read_parquet(str(path))
        names = ['"' + table.columns[i].replace('"', '""') + '"' for i in positions]
        return list(table.select(*map(duckdb.SQLExpression, names)).fetchnumpy().values()) if names else []


def _of_array(pandas: Any, array: Any, of: str) -> Any:
    numpy = import_module("numpy")  # installed with pandas
    values, missing = numpy.ma.getdata(array), numpy.ma.getmaskarray(array)
    match of:
        case "integer":
            return pandas.arrays.IntegerArray(values.astype("int64"), missing)
        case "number":
            numbers = values.astype("float64")
            return pandas.arrays.FloatingArray(numbers, missing | numpy.isnan(numbers))
        case "boolean":
            return pandas.arrays.BooleanArray(values.astype("bool"), missing)
        case "date" | "datetime":
            moments = values.astype("datetime64[us]")
            moments[missing] = "NaT"
            return pandas.Series(moments)
        case _:
            texts = values.astype("object")
            texts[missing] = None
            return pandas.array(texts, dtype="string")


def _of_json(pandas: Any, values: list[Any], of: str) -> Any:
    if of in MOMENTS:
        return pandas.to_datetime(pandas.Series(values, dtype="object"), format="ISO8601").dt.as_unit("us")
    if of == "number":
        values = [float(value) if isinstance(value, str) else value for value in values]
    return pandas.Series(values, dtype=DTYPES.get(of, "object"))
