"""L1 and L2 penalties on the weights, added to the loss."""

from typing import Annotated, Literal

from pydantic import Field

PenaltyFactor = Annotated[float, Field(ge=0, le=1000)]
"""Factor of l1·Σ|w| or l2·Σw² (no factor 1/2). Applies to weights only, never to biases, gamma or beta."""

Penalty = Literal["l1", "l2"]

FORMULAS: dict[Penalty, str] = {
    "l1": "adds l1·Σ|w| over all weights to the loss; its gradient is l1·sign(w). Source: Tibshirani, Regression "
    "shrinkage and selection via the lasso, 1996.",
    "l2": "adds l2·Σw² (no factor 1/2) over all weights to the loss; its gradient is 2·l2·w. Source: Hoerl & "
    "Kennard, Ridge regression, 1970.",
}
