"""The target: what the network learns to predict."""

from typing import Annotated

from pydantic import Field

from gradus.spec.spec_model import SpecModel

ColumnName = Annotated[str, Field(min_length=1, max_length=200)]
MAX_TARGETS = 100


class Tags(SpecModel):
    """A text column whose cells hold several tags: multi-label classification, one output per tag."""

    column: ColumnName
    separator: Annotated[str, Field(min_length=1, max_length=10)] = ","
    """The separator between the tags in a cell; blanks around a tag are ignored."""


Target = (
    ColumnName
    | Annotated[
        tuple[ColumnName, ...],
        Field(strict=False, min_length=1, max_length=MAX_TARGETS),
    ]
    | Tags
)
"""A column; several number columns (one linear unit for each) or several boolean columns (multi-label); or tags."""
