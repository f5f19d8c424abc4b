"""Filters and activations of convolutions, and how predictions changed while a network was trained."""

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
    """Number of channels that each filter reads."""
    channels: int
    """Number of filters."""
    height: int
    """Height of the output."""
    width: int


class LayerNumbers(Message):
    """The weights or activations of a convolution."""

    experiment: str
    epoch: int
    checkpoint: str
    layers: tuple[ConvLayer, ...]
    """All convolutions of the network, in order."""
    layer: str
    """The convolution that the numbers belong to."""
    offset: int
    """Number of channels that were skipped."""


class Filters(LayerNumbers):
    """The weights of filters."""

    filters: tuple[tuple[tuple[tuple[Number, ...], ...], ...], ...]
    """The weights by filter, input channel, row and column."""


class Activations(LayerNumbers):
    """The outputs of a convolution for one row, after its activation function."""

    activations: tuple[tuple[tuple[Number, ...], ...], ...]
    """The outputs by channel, row and column."""


class ActivationsRequest(BaseModel):
    """A row, and the convolution whose outputs are requested."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    row: dict[str, Any]
    """The names of columns and their values, as for a prediction."""
    layer: LayerName | None = None
    """A convolution, such as `layers/0`; by default the first."""
    epoch: Epoch = "best"
    offset: Offset = 0
    """Channels to skip."""
    limit: Limit = 16
    """Maximum number of channels in the answer."""


class HistoryRequest(BaseModel):
    """Rows whose predictions are requested for every epoch with a checkpoint."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    rows: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=10)]
    """The rows, as for a prediction."""
    top: Top | None = None
    """Maximum number of probabilities for each row, the largest first."""
    absent: Literal["refuse", "missing"] = "refuse"
    """What to do if a column is absent, as for a prediction."""


class EpochAnswer(Message):
    """The network's predictions at the end of an epoch."""

    epoch: int
    checkpoint: str
    data: tuple[PredictedRow, ...]
    """The predictions in the order of the rows, without notes."""


class History(Message):
    """How the predictions changed while the network was trained."""

    experiment: str
    kept: int
    """Number of epochs whose checkpoint is kept."""
    epochs: tuple[EpochAnswer, ...]
    """The predictions of at most 20 of these epochs, evenly spaced and in order, including the first and the last."""
