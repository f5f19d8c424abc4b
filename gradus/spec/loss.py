"""The loss, implied by the data set's task."""

from typing import Literal

Task = Literal["classification", "regression"]
"""classification: softmax and cross-entropy, mean of -ln p(class) over examples.
regression: one linear unit and squared error, mean of (y - ŷ)² over examples."""

FORMULAS: dict[Task, str] = {
    "classification": "softmax and cross-entropy: mean of -ln p(class) over examples",
    "regression": "squared error of one linear unit: mean of (y - ŷ)² over examples",
}
