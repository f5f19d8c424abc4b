"""Predictions of a whole data set as a file: the request, and what is known of the file."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from gradus.wire.message import Message
from gradus.wire.prediction import Epoch

FileFormat = Literal["csv", "parquet"]


class PredictionsRequest(BaseModel):
    """Ask a trained network about all rows of a data set."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    dataset: Annotated[str, Field(min_length=1, max_length=200)]
    """The id or the name of an uploaded data set, whose columns have the names of those that the network was trained
    on. It may have others, too."""
    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """The version; by default the newest."""
    epoch: Epoch = "best"
    """The weights to use."""
    format: FileFormat = "csv"
    """What kind of file the predictions are written to."""
    probabilities: bool = True
    """Whether the file has a column for the probability of each class."""


class PredictedFile(Message):
    """A file with a line for each row of the data set, in its order."""

    id: str
    """`prd_…`."""
    experiment: str
    epoch: int
    """The epoch whose weights were used."""
    format: FileFormat
    rows: int
    bytes: int
    columns: tuple[str, ...]
    """`prediction`, or one for each of several targets; then `probability_…` of each class."""
    file: str
    """The path of the file."""
