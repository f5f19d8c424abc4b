"""What a network has learned: filters and activations of convolutions, and its predictions over the epochs."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from gradus.client.measured import MeasuredHandle
from gradus.client.methods import T_co, method
from gradus.client.predictions import columns_of
from gradus.client.request import Request, encoded, given, path_of, reads
from gradus.errors import BadRequest

if TYPE_CHECKING:
    import httpx

    from gradus.wire.layer_pictures import Activations, Filters, History

Read = TypeVar("Read")


class PicturedHandle(MeasuredHandle[T_co]):
    """An experiment whose network can be looked into."""

    @method
    async def predict_history(
        self, rows: Sequence[Mapping[str, Any]], /, *, top: int | None = None, absent: str = "refuse"
    ) -> "History":
        """The predictions for at most ten rows in each epoch whose checkpoint is kept.

        Raises:
            InvalidSpec: a column or a value does not fit; `errors` lists them.
        """
        from gradus.wire.layer_pictures import History  # noqa: PLC0415 (few need it)

        body = encoded({"rows": [dict(row) for row in rows], "top": top, "absent": absent})
        path = path_of("experiments", self.id, "predict/history")
        return await self._transport.send(Request("POST", path, reads(History), body=body, harmless=True))

    @method
    async def filters(
        self, layer: str | None = None, /, *, epoch: int | str = "best", offset: int = 0, limit: int = 64
    ) -> "Filters":
        """The weights of a convolution's filters, by default the first convolution's, and a list of all convolutions.

        Raises:
            Conflict: the network has no convolutions.
        """
        from gradus.wire.layer_pictures import Filters  # noqa: PLC0415 (few need it)

        query = given(layer=layer, epoch=epoch, offset=offset, limit=limit)
        return await self._transport.send(Request("GET", self._pictures("filters"), reads(Filters), query=query))

    @method
    async def activations(
        self,
        row: Mapping[str, Any] | str | PathLike[str],
        layer: str | None = None,
        /,
        *,
        epoch: int | str = "best",
        offset: int = 0,
        limit: int = 16,
    ) -> "Activations":
        """The output of a convolution for a row, after the activation function; by default of the first convolution.
        If the network takes nothing but a picture, the row may be the path of a PNG or JPEG file.

        Raises:
            Conflict: the network has no convolutions.
            InvalidSpec: the row does not fit the network; `errors` lists every mistake.
            BadRequest: the picture cannot be read, or the network has other columns, too.
        """
        from gradus.wire.layer_pictures import Activations  # noqa: PLC0415 (few need it)

        asked = given(layer=layer, epoch=epoch, offset=offset, limit=limit)
        return await self._for_row("activations", reads(Activations), row, asked)

    @method
    async def filters_png(
        self, layer: str | None = None, /, *, epoch: int | str = "best", offset: int = 0, limit: int = 64
    ) -> bytes:
        """The filters of a convolution as a picture, a PNG: in colour if they read three channels, else a row of tiles
        for each filter. The options are those of `filters`."""
        query = given(layer=layer, epoch=epoch, offset=offset, limit=limit)
        return await self._transport.send(Request("GET", self._pictures("filters.png"), _content, query=query))

    @method
    async def activations_png(
        self,
        row: Mapping[str, Any] | str | PathLike[str],
        layer: str | None = None,
        /,
        *,
        epoch: int | str = "best",
        offset: int = 0,
        limit: int = 16,
    ) -> bytes:
        """The activations of a convolution for a row as a picture, a PNG with a tile for each channel. The options are
        those of `activations`."""
        asked = given(layer=layer, epoch=epoch, offset=offset, limit=limit)
        return await self._for_row("activations.png", _content, row, asked)

    async def _for_row(
        self,
        what: str,
        read: Callable[["httpx.Response"], Read],
        row: Mapping[str, Any] | str | PathLike[str],
        asked: Mapping[str, Any],
    ) -> Read:
        """The answer to a request for pictures of a row. `asked` are the other fields of its document."""
        body = encoded({**asked, "row": await self._row(row, asked["epoch"])})
        return await self._transport.send(Request("POST", self._pictures(what), read, body=body, harmless=True))

    def _pictures(self, what: str) -> str:
        return path_of("experiments", self.id, f"pictures/{what}")

    async def _row(self, row: Mapping[str, Any] | str | PathLike[str], epoch: int | str) -> dict[str, Any]:
        """The row, or one that is made from a picture."""
        if isinstance(row, Mapping):
            return dict(row)
        columns = await columns_of(self._transport, self.id, epoch)
        if len(columns) != 1:
            raise BadRequest(f"the network does not take a picture alone: give a row with {', '.join(columns[:20])}")
        try:
            return {columns[0]: b64encode(Path(row).read_bytes()).decode()}
        except OSError as error:
            raise BadRequest(f"{row} cannot be read: {error.strerror}", code="no_file") from error


def _content(response: "httpx.Response") -> bytes:
    return bytes(response.content)
