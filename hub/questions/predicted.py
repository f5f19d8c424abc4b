"""The file of the answer to a `PredictionsQuestion`, which workers write and the API sends."""

from gradus.wire.message import Message


class PredictedRows(Message):
    """The part of the answer that is not in the file."""

    rows: int
    bytes: int
    columns: tuple[str, ...]


def file_name(format_: str) -> str:
    """The name of the file: `predictions.csv`."""
    return f"predictions.{format_}"
