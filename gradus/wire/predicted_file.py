"""Predictions for a whole data set as a file: the request, and the facts about the file."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gradus.wire.message import Message
from gradus.wire.prediction import Epoch

FileFormat = Literal["csv", "parquet"]


class PredictionsRequest(BaseModel):
    """A request to predict all rows of a data set or of an upload."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    dataset: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """The id or the name of an uploaded data set. It needs the columns that the network was trained on, and may have
    others."""
    upload: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Instead of a data set: the id of an upload, `upl_…`, which does not become a data set."""
    parse: Annotated[dict[str, Any], Field(max_length=100)] | None = None
    """How the upload is read, as for a data set. The default are the options of the data set that the network was
    trained on, if that was CSV; otherwise omitted options are guessed. The network's columns are read with the types
    that it needs."""
    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """The version; by default the newest."""
    epoch: Epoch = "best"
    """The weights to use."""
    format: FileFormat = "csv"
    """The format of the file."""
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
    """The columns: `prediction`, or one for each of several targets; then `probability_…` for each class."""
    file: str
    """The path of the file."""
