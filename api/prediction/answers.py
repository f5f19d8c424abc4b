"""A model's answers for rows that are given as columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.prediction.model import Model
from export.answer_columns import largest
from export.batches import batches
from export.feeds import Feeds, feeds
from export.notes import notes
from gradus.wire.prediction import EnsembleRow, Note, PredictedRow
from preprocessing.column import Column


@dataclass(frozen=True, eq=False)
class Answers:
    """A model's answers for n consecutive rows."""

    prediction: NDArray[Any]
    """(n, …), with the shape in the signature."""
    probabilities: NDArray[np.float32] | None
    """(n, classes)."""
    spread: NDArray[np.float64] | None
    """(n, outputs); None unless the model is an ensemble."""
    notes: Sequence[tuple[Note, ...]]


@dataclass(frozen=True)
class Shown:
    """Which parts of the answers a response shows."""

    top: int | None = None
    """Number of probabilities, the largest first; None for all, in the order of the classes."""
    probabilities: bool = True
    half_widths: tuple[float, ...] | None = None
    """Half the width of the interval around each target; None for no intervals."""


def answers(model: Model, columns: Mapping[str, Column], rows: int) -> Iterator[Answers]:
    """The answers for all rows, in batches."""
    for part in batches(columns, rows, model.rows_at_once):
        tensors = feeds(model.fitted, part)
        count = len(next(iter(tensors.values())))
        yield _answers(model, tensors, notes(model.fitted, part, count))


def plain_answers(model: Model, tensors: Feeds, rows: int) -> Answers:
    """The answers for plain rows that fit into one batch."""
    return _answers(model, tensors, [()] * rows)


def _answers(model: Model, tensors: Feeds, noted: Sequence[tuple[Note, ...]]) -> Answers:
    taken, found = model.signature, model.session.run(tensors)
    return Answers(
        found[taken.prediction.name],
        None if taken.probabilities is None else found[taken.probabilities.name],
        None if taken.spread is None else found[taken.spread.name],
        noted,
    )


def rows_of(model: Model, found: Answers, shown: Shown) -> Iterator[PredictedRow]:
    """Each answer as the response shows it."""
    return (PredictedRow.model_construct(**fields) for fields in fields_of(model, found, shown))


def fields_of(model: Model, found: Answers, shown: Shown) -> Iterator[dict[str, Any]]:
    """The fields of each answer's `PredictedRow`."""
    order = _order(model, found, shown)
    shares = None if order is None or found.probabilities is None else found.probabilities.tolist()
    for i, prediction in enumerate(found.prediction.tolist()):
        yield {
            "prediction": _prediction(model, prediction),
            "probabilities": None if shares is None or order is None else _by_class(model, shares[i], order[i]),
            "notes": found.notes[i],
            "interval": None if shown.half_widths is None else _interval(model, prediction, shown.half_widths),
        }


def ensemble_rows_of(model: Model, found: Answers, shown: Shown) -> Iterator[EnsembleRow]:
    """Each answer of an ensemble as the response shows it."""
    order = _order(model, found, shown)
    spread = None if found.spread is None else found.spread.tolist()
    for i, fields in enumerate(fields_of(model, found, shown)):
        apart: Any = None
        if spread is not None and model.data.task == "regression":
            apart = _by_target(model, spread[i])
        elif spread is not None and order is not None:
            apart = _by_class(model, spread[i], order[i])
        yield EnsembleRow.model_construct(**fields, spread=apart)


def _order(model: Model, found: Answers, shown: Shown) -> Sequence[Sequence[int]] | None:
    """The classes whose probabilities each row shows; None for no probabilities."""
    if found.probabilities is None or not shown.probabilities:
        return None
    if shown.top is None:
        return [range(len(model.data.classes))] * len(found.probabilities)
    order: list[list[int]] = largest(found.probabilities, shown.top).tolist()
    return order


def _by_class(model: Model, values: list[float], order: Sequence[int]) -> dict[str, float]:
    classes = model.data.classes
    return {classes[j]: values[j] for j in order}


def _by_target(model: Model, values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else dict(zip(model.data.targets, values, strict=True))


def _interval(model: Model, values: list[float], half_widths: tuple[float, ...]) -> Any:
    return _by_target(model, [(value - half, value + half) for value, half in zip(values, half_widths, strict=True)])


def _prediction(model: Model, values: list[Any]) -> Any:
    match model.data.task:
        case "classification":
            return values[0]
        case "multi_label":
            return tuple(label for label, is_on in zip(model.data.classes, values, strict=True) if is_on)
        case "regression":
            return _by_target(model, values)
