"""Rows of a data set: page by page, or all of them as a frame."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradus.client.request import PAGE_SIZE, Request, path_of, reads
from gradus.wire.dataset import RowPage
from gradus.wire.table import ColumnRecord

if TYPE_CHECKING:
    from pandas import DataFrame

    from gradus.client.transport import Transport

DTYPES = {"integer": "Int64", "number": "Float64", "boolean": "boolean", "text": "string"}
"""The pandas type of a column, all of which know a missing value; dates and times become `datetime64`."""


async def all_rows(
    transport: "Transport[Any]",
    dataset_id: str,
    offset: int,
    limit: int | None,
    column: str | Sequence[str] = (),
    finding: str | None = None,
    version: int | None = None,
) -> RowPage:
    """At most `limit` rows after the first `offset`, as one page."""
    columns = (column,) if isinstance(column, str) else tuple(column)
    options: dict[str, Any] = {"column": columns or None, "finding": finding, "version": version}
    query = {name: value for name, value in options.items() if value is not None}
    data: list[dict[str, Any]] = []
    index: list[int] = []
    while True:
        size = PAGE_SIZE if limit is None else min(PAGE_SIZE, max(1, limit - len(data)))
        here = {**query, "offset": offset + len(data), "limit": size}
        request = Request("GET", path_of("datasets", dataset_id, "rows"), reads(RowPage), query=here)
        page = await transport.send(request)
        data += page.data
        index += page.index
        if not page.data or len(data) == limit or offset + len(data) >= page.total:
            found = slice(limit)
            return page.model_copy(update={"data": tuple(data[found]), "index": tuple(index[found]), "offset": offset})


async def frame_of(
    transport: "Transport[Any]",
    dataset_id: str,
    columns: Sequence[ColumnRecord],
    column: str | Sequence[str],
    version: int | None,
) -> "DataFrame":
    """All rows as a pandas frame."""
    import pandas as pd  # noqa: PLC0415 (an extra)

    page = await all_rows(transport, dataset_id, 0, None, column, None, version)
    types = {one.name: str(one.type) for one in columns}
    series = {name: _series(pd, [row[name] for row in page.data], types.get(name, "")) for name in page.columns}
    return pd.DataFrame(series, columns=list(page.columns), index=list(page.index))


def _series(pandas: Any, values: list[Any], of: str) -> Any:
    if of in {"date", "datetime"}:
        return pandas.to_datetime(pandas.Series(values, dtype="object"), format="ISO8601")
    if of == "number":
        values = [float(value) if isinstance(value, str) else value for value in values]
    return pandas.Series(values, dtype=DTYPES.get(of, "object"))
