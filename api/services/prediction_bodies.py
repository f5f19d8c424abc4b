"""Reads the bodies of requests for predictions: rows in JSON, a table of text, or a picture."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from gradus.errors import UnsupportedMedia
from gradus.wire.prediction import PredictRequest

if TYPE_CHECKING:
    from api.prediction.model import Model
    from preprocessing.column import Column

Read = Callable[["Model"], "tuple[dict[str, Column], int]"]
"""Reads a body as the columns of a model, by name, and the number of rows."""


def rows(request: PredictRequest) -> Read:
    """Rows in JSON."""

    def read(model: "Model") -> "tuple[dict[str, Column], int]":
        from api.prediction.json_rows import columns_of  # noqa: PLC0415 (imports numpy)

        return columns_of(model, request)

    return read


def json_lines(content: bytes, request: PredictRequest) -> Read:
    """An object in each line. `request` has the options."""

    def read(model: "Model") -> "tuple[dict[str, Column], int]":
        from api.prediction.json_lines import columns_of_lines  # noqa: PLC0415 (imports numpy)

        return columns_of_lines(model, content, request)

    return read


def csv(content: bytes, request: PredictRequest, delimiter: str | None) -> Read:
    """Delimited text. If no delimiter is given, that of the data set is used. `request` has the options."""

    def read(model: "Model") -> "tuple[dict[str, Column], int]":
        from api.prediction.csv_rows import columns_of  # noqa: PLC0415 (imports numpy)

        return columns_of(model, content, request.absent, delimiter)

    return read


def picture(content: bytes) -> Read:
    """One picture."""

    def read(model: "Model") -> "tuple[dict[str, Column], int]":
        from api.prediction.one_picture import columns_of  # noqa: PLC0415 (imports numpy)

        columns = columns_of(model, content)
        if columns is None:
            names = ", ".join(model.fitted.names[:10])
            raise UnsupportedMedia(f"this network does not take a picture alone: send rows with the columns {names}")
        return columns, 1

    return read
