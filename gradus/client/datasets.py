"""`client.datasets`: what experiments can learn."""

from collections.abc import AsyncGenerator

from gradus.client.methods import Resource, T_co, iterator, method
from gradus.client.request import Request, path_of, reads
from gradus.wire.dataset import DatasetPage, DatasetRecord


class Datasets(Resource[T_co]):
    """The data sets of the service."""

    @method
    async def get(self, name: str, /) -> DatasetRecord:
        """One data set: sizes, shapes, classes, whether its data are here."""
        return await self._transport.send(Request("GET", path_of("datasets", name), reads(DatasetRecord)))

    @iterator
    async def list(self) -> AsyncGenerator[DatasetRecord]:
        """Every data set."""
        query: dict[str, str] = {}
        while True:
            page = await self._transport.send(Request("GET", "/v1/datasets", reads(DatasetPage), query=query))
            for record in page.data:
                yield record
            if page.next_cursor is None:
                return
            query = {"cursor": page.next_cursor}
