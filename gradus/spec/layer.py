"""Hidden layers: dense ones and residual connections here, others in files of their own."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from gradus.spec.activation import Activation
from gradus.spec.batch_norm import BatchNormSetting
from gradus.spec.conv import Conv, SeparableConv
from gradus.spec.dropout import DropoutRate
from gradus.spec.flatten import Flatten
from gradus.spec.initializer import Initializer
from gradus.spec.pool import AvgPool, GlobalAvgPool, MaxPool
from gradus.spec.scale import Scale
from gradus.spec.spec_model import SpecModel, needs_kind, shorthand

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


WITHOUT_FIELDS = ("scale", "max_pool", "avg_pool", "global_avg_pool", "flatten")
"""The kinds that need no fields, whose names are shorthands."""


def _written_out(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return {"kind": "dense", "units": value}
    if isinstance(value, str) and value[:1].isalpha():
        return {"kind": value}
    if isinstance(value, Mapping) and "kind" not in value:
        return {"kind": "dense", **value}
    return value


def _shorthands(*kinds: str) -> Any:
    """An integer for a dense layer, and the names of kinds without required fields."""
    integer = {"type": "integer", "minimum": 1, "maximum": MAX_UNITS}
    return shorthand(_written_out, {"anyOf": [integer, {"enum": list(kinds)}]}, kind_is_optional=True)


AnyInnerLayer = Dense | Scale | Conv | SeparableConv | MaxPool | AvgPool

InnerLayer = Annotated[
    Annotated[AnyInnerLayer, Field(discriminator="kind")], _shorthands("scale", "max_pool", "avg_pool")
]
"""A layer within a residual one; the shorthands are those of layers."""


def _not_empty(layers: tuple[AnyInnerLayer, ...]) -> tuple[AnyInnerLayer, ...]:
    """Refuse an empty list of layers; a minimum length would also count invalid layers."""
    if not layers:
        raise PydanticCustomError("no_layers", "must have at least 1 layer")
    return layers


class Residual(SpecModel):
    """activation(x + F(x)), where F are the layers within: they learn only what has to change.

    The last of them has the activation `identity` unless it sets one. If F changes the shape, x goes through a
    projection, which is a 1 × 1 convolution with the matching stride or a dense layer, with the experiment's `init` and
    `batch_norm`.
    Source: He et al., Deep residual learning for image recognition, 2015.
    """

    model_config = ConfigDict(title="Residual connection", json_schema_extra=needs_kind)

    kind: Literal["residual"] = "residual"
    layers: Annotated[tuple[InnerLayer, ...], AfterValidator(_not_empty)] = Field(
        strict=False, max_length=64, json_schema_extra={"minItems": 1}
    )
    """The layers of F, from its input to its output."""
    shortcut: Literal["auto", "identity", "projection"] = "auto"
    """What x goes through before the sum: nothing (`identity`), a projection, or a projection only if the shapes
    differ."""
    activation: Activation | None = None
    """Activation function, applied to the sum; null for the experiment's activation function."""


AnyLayer = AnyInnerLayer | GlobalAvgPool | Flatten | Residual

WeightedLayer = Dense | Conv | SeparableConv
"""The layers with weights, which have their own activation, initializer, batch normalization and dropout."""
ImageLayer = Conv | SeparableConv | MaxPool | AvgPool | GlobalAvgPool | Flatten
"""The layers that read images."""

Layer = Annotated[Annotated[AnyLayer, Field(discriminator="kind")], _shorthands(*WITHOUT_FIELDS)]
"""A layer; an integer n stands for a dense layer of n units, as does an object without a kind, and the name of a kind
for one with all its defaults."""


def layers_within(layer: AnyLayer) -> tuple[AnyLayer, ...]:
    """The layer itself, and those inside it."""
    return (layer, *layer.layers) if isinstance(layer, Residual) else (layer,)
