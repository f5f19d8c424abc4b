"""Rows of a data set, page by page."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gradus.client.request import PAGE_SIZE, Request, path_of, reads
from gradus.errors import TooLarge
from gradus.wire.dataset import RowPage

if TYPE_CHECKING:
    from gradus.client.transport import Transport


async def all_rows(
    transport: "Transport[Any]", dataset_id: str, offset: int, limit: int | None, selection: Mapping[str, Any]
) -> RowPage:
    """At most `limit` rows after the first `offset`, as one page. They are requested in smaller pages if rows are
    large. `selection` is a query; its empty values are omitted."""
    query = {name: value for name, value in selection.items() if value not in {None, ()}}
    data: list[dict[str, Any]] = []
    most = PAGE_SIZE
    index: list[int] = []
    while True:
        size = most if limit is None else min(most, max(1, limit - len(data)))
        here = {**query, "offset": offset + len(data), "limit": size}
        request = Request("GET", path_of("datasets", dataset_id, "rows"), reads(RowPage), query=here)
        try:
            page = await transport.send(request)
        except TooLarge:
            if size == 1:
                raise
            most = size // 2
            continue
        data += page.data
        index += page.index
        if not page.data or len(data) == limit or offset + len(data) >= page.total:
            found = slice(limit)
            return page.model_copy(update={"data": tuple(data[found]), "index": tuple(index[found]), "offset": offset})
