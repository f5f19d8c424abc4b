"""The signature of a model: the names, types and shapes of its inputs and outputs.

- A number is float64, NaN if missing.
- A category is a text, whatever the column's type; a special text stands for a missing value, mostly the empty one.
- A hashed text is the int64 of its bucket, -1 if missing, as ONNX has no SHA-256.
- A date is int64, in days since 1970-01-01, a time in microseconds; the least int64, numpy's NaT, if missing.
- Images are bytes, (height, width, channels), and arrays float64.
"""

from dataclasses import dataclass
from typing import Literal, assert_never

from gradus.dataset_plan import DatasetPlan
from preprocessing.calendar import FittedDate
from preprocessing.categories import FittedHash, FittedOneHot, FittedOrdinal
from preprocessing.encode import Fitted, FittedColumn, FittedNumber, FittedStandardized
from preprocessing.pixels import FittedArray, FittedBytes

TensorType = Literal["float64", "float32", "int64", "uint8", "bool", "text"]


@dataclass(frozen=True)
class TensorSpec:
    """A tensor of a model with a batch axis before its shape."""

    name: str
    type: TensorType
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Signature:
    """The inputs and outputs of a model."""

    inputs: tuple[TensorSpec, ...]
    """One for each input column, with the column's name."""
    prediction: TensorSpec
    """Classification: the label of the likeliest class, text (n, 1). Multi-label: which labels have a probability above
    1/2, bool (n, labels). Regression: float64 (n, targets), in the targets' own units."""
    probabilities: TensorSpec | None
    """float32 (n, classes), in the order of the classes; None for regression."""
    spread: TensorSpec | None
    """Sample standard deviation of each probability or target over the members of an ensemble, float64 (n, outputs);
    None for a single network."""

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """The outputs in order."""
        return tuple(one for one in (self.prediction, self.probabilities, self.spread) if one is not None)


def signature(fitted: Fitted, data: DatasetPlan, members: int = 1) -> Signature:
    """The signature of a network on these data, or of an ensemble of `members` networks."""
    inputs = tuple(TensorSpec(column.column, *_taken(column)) for column in fitted.columns)
    names = {one.name for one in inputs}
    prediction, probabilities, of_spread = (_free(name, names) for name in ("prediction", "probabilities", "spread"))
    outputs = data.outputs
    spread = TensorSpec(of_spread, "float64", (outputs,)) if members > 1 else None
    match data.task:
        case "classification":
            answer = TensorSpec(prediction, "text", (1,))
        case "multi_label":
            answer = TensorSpec(prediction, "bool", (outputs,))
        case "regression":
            return Signature(inputs, TensorSpec(prediction, "float64", (outputs,)), None, spread)
        case _:
            assert_never(data.task)
    return Signature(inputs, answer, TensorSpec(probabilities, "float32", (outputs,)), spread)


def shape_of(column: FittedBytes | FittedArray) -> tuple[int, ...]:
    """The shape of one image or array."""
    return (column.width,) if column.shape is None else column.shape


def _taken(column: FittedColumn) -> tuple[TensorType, tuple[int, ...]]:
    match column:
        case FittedNumber():
            return "float64", (1,)
        case FittedOneHot() | FittedOrdinal():
            return "text", (1,)
        case FittedHash() | FittedDate():
            return "int64", (1,)
        case FittedBytes():
            return "uint8", shape_of(column)
        case FittedArray():
            return "float64", shape_of(column)
        case FittedStandardized():
            return _taken(column.scaled)
        case _:
            assert_never(column)


def _free(name: str, taken: set[str]) -> str:
    """The name, with underscores appended until no column has it."""
    while name in taken:
        name += "_"
    return name
