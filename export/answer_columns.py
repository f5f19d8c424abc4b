"""Answers as the named columns of a table, for CSV and Parquet."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradus.dataset_plan import DatasetPlan
from gradus.wire.prediction import Note

Columns = dict[str, NDArray[Any]]
"""Arrays of shape (n,), by column name."""


def answer_columns(
    data: DatasetPlan,
    prediction: NDArray[Any],
    probabilities: NDArray[np.floating] | None = None,
    half_widths: Sequence[float] | None = None,
    spread: NDArray[np.floating] | None = None,
    notes: Sequence[Sequence[Note]] | None = None,
    top: int | None = None,
) -> Columns:
    """The columns of n answers: predictions (n, …), the probability of each class (n, classes), the ends of intervals,
    the spread of an ensemble (n, outputs), and the codes of notes. With `top`, there are columns for that many of the
    likeliest classes instead of all; `top_1` is the likeliest."""
    targets = [f"_{one}" for one in data.targets] if data.task == "regression" and data.outputs > 1 else [""]
    found = dict(_predictions(data, prediction, targets))
    order = None if probabilities is None or top is None else largest(probabilities, top)
    if probabilities is not None and order is not None:
        found |= _ranked("", np.array(data.classes, dtype=object)[order])
        found |= _ranked("_probability", np.take_along_axis(probabilities, order, axis=1))
    elif probabilities is not None:
        found |= {f"probability_{name}": probabilities[:, i] for i, name in enumerate(data.classes)}
    for i, half in enumerate(half_widths or ()):
        found |= {f"low{targets[i]}": prediction[:, i] - half, f"high{targets[i]}": prediction[:, i] + half}
    if spread is not None and order is not None:
        found |= _ranked("_spread", np.take_along_axis(spread, order, axis=1))
    elif spread is not None:
        names = targets if data.task == "regression" else [f"_{name}" for name in data.classes]
        found |= {f"spread{name}": spread[:, i] for i, name in enumerate(names)}
    if notes is not None:
        found["notes"] = _texts("; ".join(f"{one.column}: {one.code}" for one in row) for row in notes)
    return found


def largest(probabilities: NDArray[np.floating], top: int) -> NDArray[np.intp]:
    """The positions of the `top` largest probabilities in each row, the largest first, equal ones in order; (n, top),
    or fewer columns if there are fewer classes."""
    found: NDArray[np.intp] = np.argsort(-probabilities, axis=1, kind="stable")[:, :top]
    return found


def _ranked(name: str, values: NDArray[Any]) -> Columns:
    return {f"top_{i + 1}{name}": values[:, i] for i in range(values.shape[1])}


def _predictions(data: DatasetPlan, prediction: NDArray[Any], targets: Sequence[str]) -> Iterator[tuple[str, Any]]:
    if data.task == "multi_label":
        labels = ([name for name, is_on in zip(data.classes, row, strict=True) if is_on] for row in prediction)
        yield "prediction", _texts(map("; ".join, labels))
        return
    for i, name in enumerate(targets):
        yield f"prediction{name}", prediction[:, i]


def _texts(texts: Iterable[str]) -> NDArray[Any]:
    return np.array([*texts], dtype=object)
