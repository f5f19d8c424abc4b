"""Filters and activations of convolutions, and how answers changed while a network was trained."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gradus.wire.message import Message, Number
from gradus.wire.prediction import Epoch, PredictedRow, Top

LayerName = Annotated[str, Field(min_length=1, max_length=200)]
Offset = Annotated[int, Field(ge=0, le=1_000_000)]
Limit = Annotated[int, Field(ge=1, le=256)]


class ConvLayer(Message):
    """A convolution of a network."""

    name: str
    kernel: int
    inputs: int
    """Channels that each filter reads."""
    channels: int
    """Filters."""
    height: int
    """Of the output."""
    width: int


class LayerNumbers(Message):
    """Numbers of a convolution."""

    experiment: str
    epoch: int
    checkpoint: str
    layers: tuple[ConvLayer, ...]
    """All convolutions of the network, in order."""
    layer: str
    """The one whose numbers these are."""
    offset: int
    """Channels before the first that is here."""


class Filters(LayerNumbers):
    """The weights of filters."""

    filters: tuple[tuple[tuple[tuple[Number, ...], ...], ...], ...]
    """By filter, input channel, row and column."""


class Activations(LayerNumbers):
    """What a convolution computes of one row, after its activation function."""

    activations: tuple[tuple[tuple[Number, ...], ...], ...]
    """By channel, row and column."""


class ActivationsRequest(BaseModel):
    """A row, and the convolution that is looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    row: dict[str, Any]
    """The names of columns and their values, as for a prediction."""
    layer: LayerName | None = None
    """A convolution, such as `layers/0`; by default the first."""
    epoch: Epoch = "best"
    offset: Offset = 0
    """Channels to skip."""
    limit: Limit = 16
    """Channels in the answer."""


class HistoryRequest(BaseModel):
    """Rows whose answers are wanted for the epochs that are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    rows: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=10)]
    """As for a prediction."""
    top: Top | None = None
    """Only so many probabilities in each answer, the largest first."""
    absent: Literal["refuse", "missing"] = "refuse"
    """What happens if a column is absent, as for a prediction."""


class EpochAnswer(Message):
    """What the network said at the end of an epoch."""

    epoch: int
    checkpoint: str
    data: tuple[PredictedRow, ...]
    """In the order of the rows, without notes."""


class History(Message):
    """How the answers changed while the network was trained."""

    experiment: str
    kept: int
    """Epochs whose checkpoint is kept."""
    epochs: tuple[EpochAnswer, ...]
    """At most 20 of them, evenly chosen, in order, the first and the last among them."""
