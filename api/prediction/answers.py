"""The answers of a model to columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.prediction.model import Model
from api.prediction.notes import notes
from export.batches import batches
from export.feeds import feeds
from gradus.wire.prediction import Note, PredictedRow
from preprocessing.column import Column


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model says about consecutive rows."""

    prediction: NDArray[Any]
    """(n, …), as the signature says."""
    probabilities: NDArray[np.float32] | None
    """(n, classes)."""
    notes: Sequence[tuple[Note, ...]]


def answers(model: Model, columns: Mapping[str, Column], rows: int) -> Iterator[Answers]:
    """The answers to all rows, in pieces."""
    for part in batches(columns, rows, model.rows_at_once):
        found = model.session.run(feeds(model.fitted, part))
        probabilities = model.signature.probabilities
        yield Answers(
            found[model.signature.prediction.name],
            None if probabilities is None else found[probabilities.name],
            notes(model.fitted, part, len(found[model.signature.prediction.name])),
        )


def rows_of(model: Model, found: Answers, top: int | None, *, with_probabilities: bool) -> Iterator[PredictedRow]:
    """Each answer, with the `top` largest probabilities, or all of them."""
    shares = found.probabilities if with_probabilities else None
    chosen = None if shares is None or top is None else np.argsort(-shares, axis=1, kind="stable")[:, :top].tolist()
    values = None if shares is None else shares.tolist()
    classes = model.data.classes
    for i, prediction in enumerate(found.prediction.tolist()):
        probabilities = None
        if values is not None:
            order = range(len(classes)) if chosen is None else chosen[i]
            probabilities = {classes[j]: values[i][j] for j in order}
        yield PredictedRow.model_construct(
            prediction=_prediction(model, prediction), probabilities=probabilities, notes=found.notes[i]
        )


def _prediction(model: Model, values: list[Any]) -> Any:
    match model.data.task:
        case "classification":
            return values[0]
        case "multi_label":
            return tuple(label for label, is_on in zip(model.data.classes, values, strict=True) if is_on)
        case "regression":
            return values[0] if len(values) == 1 else dict(zip(model.data.targets, values, strict=True))
