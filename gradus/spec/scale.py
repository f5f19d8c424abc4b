"""A layer of learned factors."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from gradus.spec.spec_model import SpecModel, needs_kind

RateFactor = Annotated[float, Field(gt=0, le=1000)]
"""Factor of the learning rate for some parameters."""


class Scale(SpecModel):
    """x · s: a learned factor for each input, at first 1. As the first layer it lets the network weigh its inputs.

    Penalties and weight decay leave the factors alone. Source: Holzmüller et al., Better by default: strong pre-tuned
    MLPs and boosted trees on tabular data, 2024 (RealMLP, with an `lr_factor` of 6).
    """

    model_config = ConfigDict(json_schema_extra=needs_kind)

    kind: Literal["scale"] = "scale"
    lr_factor: RateFactor = 1.0
    """Factor of the learning rate for the layer's factors."""
