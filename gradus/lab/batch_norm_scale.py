"""Batch norm against init scale: training with and without normalization, from small to large weights."""

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gradus.lab.network import Seed
from gradus.spec.activation import Activation
from gradus.spec.spec_model import SpecModel
from gradus.wire.message import Message, Number


class BatchNormScale(SpecModel):
    """Training accuracy of small networks after some steps of gradient descent, by the standard deviation of their
    initial weights, with and without batch normalization.

    Without it, a network learns only in a narrow band of deviations; with it, nearly everywhere. The data are four
    classes, clouds of 64 points in 16 dimensions.
    Source: Saitoh, Deep learning from scratch, 2016, chapter 6.3; Ioffe & Szegedy, Batch normalization, 2015.
    """

    smallest: float = Field(default=0.001, ge=1e-6, le=10, json_schema_extra={"scale": "log"})
    """Smallest deviation of the initial weights."""
    largest: float = Field(default=3.0, ge=1e-6, le=10, json_schema_extra={"scale": "log"})
    """Largest deviation of the initial weights."""
    scales: int = Field(default=9, ge=2, le=12)
    """Number of deviations that are tried, evenly spaced by ratio."""
    layers: int = Field(default=4, ge=1, le=5)
    """Number of hidden layers."""
    units: int = Field(default=24, ge=1, le=32)
    """Units of each hidden layer."""
    activation: Activation = "relu"
    """Activation function of the hidden layers."""
    lr: float = Field(default=0.1, gt=0, le=10, json_schema_extra={"scale": "log"})
    """Learning rate of the gradient descent."""
    steps: int = Field(default=60, ge=1, le=100)
    """Number of steps; each sees 64 of the 256 points."""
    seed: Seed = 0
    """Seed of data and weights."""

    @model_validator(mode="after")
    def _rising(self) -> "BatchNormScale":
        if self.smallest >= self.largest:
            raise PydanticCustomError("bounds", "smallest must be less than largest")
        return self


class BatchNormScaleResult(Message):
    """The curves, with a value for each deviation of the initial weights."""

    deviations: tuple[Number, ...]
    plain: tuple[Number, ...]
    """Accuracy without batch normalization."""
    batch_norm: tuple[Number, ...]
    """Accuracy with batch normalization."""
    plain_loss: tuple[Number, ...]
    """Cross-entropy without batch normalization; ln 4 = 1.386 when nothing is learned."""
    batch_norm_loss: tuple[Number, ...]
