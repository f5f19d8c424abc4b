"""The loss, which follows from the data set's task."""

from typing import Literal

Task = Literal["classification", "regression"]
"""classification: softmax and cross-entropy, mean of -ln p(class) over examples.
regression: one linear unit and squared error, mean of (y - ŷ)² over examples. The network learns targets that are
standardized by the mean and standard deviation of the training examples; losses are reported in the targets' own units.
"""

FORMULAS: dict[Task, str] = {
    "classification": "softmax and cross-entropy: mean of -ln p(class) over examples",
    "regression": "squared error of one linear unit: mean of (y - ŷ)² over examples, "
    "learned on standardized targets and reported in the targets' own units",
}
