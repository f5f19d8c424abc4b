"""Images as vectors."""

from typing import Literal

from pydantic import ConfigDict

from gradus.spec.spec_model import SpecModel, needs_kind


class Flatten(SpecModel):
    """An image (height, width, channels) as one vector, row by row, pixel by pixel. Inserted automatically before a
    dense layer or the output layer that follows images."""

    model_config = ConfigDict(json_schema_extra=needs_kind)

    kind: Literal["flatten"] = "flatten"
