"""Answers as the columns of a table, in CSV and Parquet, with their names."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.dataset_plan import DatasetPlan
from gradus.wire.prediction import Note

Columns = dict[str, NDArray[Any]]
"""Each (n,)."""


def answer_columns(
    data: DatasetPlan,
    prediction: NDArray[Any],
    probabilities: NDArray[np.floating] | None = None,
    half_widths: Sequence[float] | None = None,
    spread: NDArray[np.floating] | None = None,
    notes: Sequence[Sequence[Note]] | None = None,
) -> Columns:
    """The columns of n answers: predictions (n, …), the probability of each class (n, classes), the ends of intervals,
    the spread of an ensemble (n, outputs), and the codes of notes."""
    targets = [f"_{one}" for one in data.targets] if data.task == "regression" and data.outputs > 1 else [""]
    found = dict(_predictions(data, prediction, targets))
    if probabilities is not None:
        found |= {f"probability_{name}": probabilities[:, i] for i, name in enumerate(data.classes)}
    for i, half in enumerate(half_widths or ()):
        found |= {f"low{targets[i]}": prediction[:, i] - half, f"high{targets[i]}": prediction[:, i] + half}
    if spread is not None:
        names = targets if data.task == "regression" else [f"_{name}" for name in data.classes]
        found |= {f"spread{name}": spread[:, i] for i, name in enumerate(names)}
    if notes is not None:
        found["notes"] = _texts("; ".join(f"{one.column}: {one.code}" for one in row) for row in notes)
    return found


def _predictions(data: DatasetPlan, prediction: NDArray[Any], targets: Sequence[str]) -> Iterator[tuple[str, Any]]:
    if data.task == "multi_label":
        labels = ([name for name, is_on in zip(data.classes, row, strict=True) if is_on] for row in prediction)
        yield "prediction", _texts(map("; ".join, labels))
        return
    for i, name in enumerate(targets):
        yield f"prediction{name}", prediction[:, i]


def _texts(texts: Iterable[str]) -> NDArray[Any]:
    return np.array([*texts], dtype=object)
