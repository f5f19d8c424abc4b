"""How missing numbers are replaced. A missing text is a category of its own."""

from typing import Annotated, Literal

from pydantic import Field

from gradus.spec.spec_model import SpecModel, named, tagged


class Median(SpecModel):
    """The median of the training rows."""

    kind: Literal["median"] = "median"
    flag: bool = False
    """Add an input that is 1 where the value is missing, for each column in which any row misses it."""


class Mean(SpecModel):
    """The mean of the training rows."""

    kind: Literal["mean"] = "mean"
    flag: bool = False
    """Add an input that is 1 where the value is missing, for each column in which any row misses it."""


class ConstantValue(SpecModel, title="Constant"):
    """A fixed value, in the column's own units."""

    kind: Literal["constant"] = "constant"
    value: float = Field(default=0.0, ge=-1e300, le=1e300)
    """The value."""
    flag: bool = False
    """Add an input that is 1 where the value is missing, for each column in which any row misses it."""


class Refuse(SpecModel):
    """Refuse the experiment if an input is missing anywhere."""

    kind: Literal["refuse"] = "refuse"


AnyMissing = Median | Mean | ConstantValue | Refuse

Missing = Annotated[Annotated[AnyMissing, tagged()], named("median", "mean", "constant", "refuse")]
