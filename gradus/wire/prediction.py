"""Predictions: requests and responses."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gradus.wire.message import Finite, Message, Number
from gradus.wire.tolerant import OpenStatus

Epoch = Literal["best", "last"] | Annotated[int, Field(ge=0, le=1_000_000)]
"""The weights to use: those of the best epoch, of the last, or of an epoch whose checkpoint was kept."""
Top = Annotated[int, Field(ge=1, le=1000)]
Level = Annotated[float, Field(ge=0.5, le=0.999)]
"""The probability with which an interval contains the true value."""
Bounds = tuple[Number, Number]
NoteCode = Literal["unseen_category", "rare_category", "beyond_training", "missing_where_none_was"]


class PredictRequest(BaseModel):
    """Rows to predict, as objects, or as the names of columns and lists of values."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    rows: list[dict[str, Any]] | None = None
    """Each row an object: the names of columns and their values. A missing value is null; a date is ISO 8601; a picture
    is base64 of a PNG or JPEG, or its pixels."""
    columns: list[str] | None = None
    """The names of columns, for `data`."""
    data: list[list[Any]] | None = None
    """Each row a list of values, in the order of `columns`."""
    epoch: Epoch = "best"
    """The weights to use."""
    top: Top | None = None
    """Maximum number of probabilities for each row, the largest first; null for all, in the order of the classes."""
    probabilities: bool = True
    """Whether the predictions include probabilities."""
    absent: Literal["refuse", "missing"] = "refuse"
    """What to do if a column is absent: refuse the request, or treat all of its values as missing, if the column has a
    rule for missing values."""
    calibrated: bool = False
    """Whether logits are divided by the temperature that minimizes the log loss on the validation split."""
    interval: Level | None = None
    """For regression: add intervals that contain the true value with this probability, with a width that follows from
    the errors on the validation split. Rounded up to a thousandth."""


class Note(Message):
    """A note about a value of a row that the network was not trained for."""

    column: str
    code: NoteCode
    message: str


class PredictedRow(Message):
    """The prediction for one row."""

    prediction: str | Number | tuple[str, ...] | dict[str, Number]
    """The most likely class; the labels with a probability above 1/2; the target's value; or, with several targets, the
    values by name."""
    probabilities: dict[str, Finite] | None = None
    """Probabilities by class or label; null for regression, and if they were not requested."""
    notes: tuple[Note, ...] = ()
    interval: Bounds | dict[str, Bounds] | None = None
    """Bounds of the target's interval, or of each target's by name; null unless an interval was requested."""


class EnsembleRow(PredictedRow):
    """The prediction of an ensemble for one row: the mean of its members' probabilities or targets."""

    spread: Number | dict[str, Number] | None = None
    """The sample standard deviation over the members: of the target, or of each target by name; for classes, of each
    listed probability. Null for a single member, and if probabilities were not requested."""


class EnsembleMember(Message):
    """A network of an ensemble."""

    experiment: str
    seed: int
    epoch: int
    checkpoint: str


class AbsentMember(Message):
    """An experiment of the change that is not in the ensemble."""

    experiment: str
    seed: int
    status: OpenStatus
    reason: str


class EnsemblePrediction(Message):
    """The predictions of an ensemble for the rows of a request, in order."""

    sweep: str
    label: str
    """The change whose seeds the members are."""
    members: tuple[EnsembleMember, ...]
    absent: tuple[AbsentMember, ...]
    """Experiments of the change that have not succeeded, or whose epoch was not kept."""
    seconds: Finite
    """Computing time of the networks and their preprocessing."""
    data: tuple[EnsembleRow, ...]


class Prediction(Message):
    """The predictions for the rows of a request, in order."""

    experiment: str
    epoch: int
    """The epoch whose weights were used."""
    checkpoint: str
    """Digest of the checkpoint that the weights are from, `sha256:…`."""
    seconds: Finite
    """Computing time of the network and its preprocessing."""
    data: tuple[PredictedRow, ...]
