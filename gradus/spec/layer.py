"""Hidden layers."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from gradus.spec.activation import Activation
from gradus.spec.batch_norm import BatchNormSetting
from gradus.spec.dropout import DropoutRate
from gradus.spec.initializer import Initializer
from gradus.spec.scale import Scale
from gradus.spec.spec_model import SpecModel, shorthand

MAX_UNITS = 100_000


class Dense(SpecModel):
    """dropout(activation(batch_norm(x W + b))): every unit is connected to every unit of the previous layer.

    A missing key, other than `units` and `bias`, defaults to the experiment's key of the same name.
    """

    kind: Literal["dense"] = "dense"
    units: int = Field(ge=1, le=MAX_UNITS)
    """Number of units."""
    activation: Activation | None = None
    """Activation function, applied to the weighted sum."""
    init: Initializer | None = None
    """Initializer of the weights."""
    batch_norm: BatchNormSetting | None = None
    """Batch normalization of the weighted sum, before the activation."""
    dropout: DropoutRate | None = None
    """Probability that a unit is dropped, after the activation."""
    bias: bool = True
    """Whether to add a learned bias to each weighted sum."""

    def __init__(self, units: int | None = None, /, **fields: Any) -> None:
        """`Dense(300)` and `Dense(units=300)` are the same."""
        super().__init__(**(fields if units is None else {"units": units, **fields}))


def _dense(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return {"kind": "dense", "units": value}
    if isinstance(value, Mapping) and "kind" not in value:
        return {"kind": "dense", **value}
    return value


AnyLayer = Dense | Scale

Layer = Annotated[
    Annotated[AnyLayer, Field(discriminator="kind")],
    shorthand(_dense, {"type": "integer", "minimum": 1, "maximum": MAX_UNITS}, kind_is_optional=True),
]
"""A hidden layer; an integer n stands for a dense layer of n units, as does an object without a kind."""
