"""Images as vectors."""

from typing import Literal

from pydantic import ConfigDict

from gradus.spec.spec_model import SpecModel, needs_kind


class Flatten(SpecModel):
    """An image (height, width, channels) as one vector, row by row, pixel by pixel. Written in before a dense layer or
    the output layer that comes after images."""

    model_config = ConfigDict(json_schema_extra=needs_kind)

    kind: Literal["flatten"] = "flatten"
