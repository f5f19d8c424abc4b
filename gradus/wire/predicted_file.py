"""Predictions for a whole data set as a file: the request, and the facts about the file."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gradus.wire.message import Message
from gradus.wire.prediction import Epoch, Level, Top

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
    top: Top | None = None
    """Maximum number of probabilities for each row, the largest first, in the columns `top_1`, `top_1_probability`,
    `top_2` …; null for a column for each class."""
    absent: Literal["refuse", "missing"] = "refuse"
    """What to do if a column is absent: refuse the request, or treat all of its values as missing, if the column has a
    rule for missing values."""
    calibrated: bool = False
    """Whether logits are divided by the temperature that minimizes the log loss on the validation split."""
    interval: Level | None = None
    """For regression: add the columns `low` and `high`, an interval that contains the true value with this probability,
    with a width that follows from the errors on the validation split."""


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
    """The columns: `prediction`, or one for each of several targets; then `probability_…` for each class, or `top_1`,
    `top_1_probability` …; `low` and `high` of intervals; `notes`."""
    file: str
    """The path of the file."""
