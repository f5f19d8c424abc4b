"""Answers as CSV: a line for each row of the request, in its order."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.prediction.answers import Answers, answers
from api.prediction.model import Model
from preprocessing.column import Column


def csv_answers(model: Model, columns: Mapping[str, Column], rows: int, *, with_probabilities: bool) -> Iterator[bytes]:
    """The lines, in pieces: predictions, the probability of each class, and the codes of notes."""
    yield _lines([_names(model, with_probabilities=with_probabilities)])
    for found in answers(model, columns, rows):
        yield _lines(_rows(model, found, with_probabilities=with_probabilities))


def _names(model: Model, *, with_probabilities: bool) -> list[str]:
    names = ["prediction"]
    if model.data.task == "regression" and len(model.data.targets) > 1:
        names = [f"prediction_{target}" for target in model.data.targets]
    if with_probabilities and model.signature.probabilities is not None:
        names += [f"probability_{one}" for one in model.data.classes]
    return [*names, "notes"]


def _rows(model: Model, found: Answers, *, with_probabilities: bool) -> Iterator[Sequence[Any]]:
    shares = found.probabilities.tolist() if with_probabilities and found.probabilities is not None else None
    for i, prediction in enumerate(found.prediction.tolist()):
        cells = prediction
        if model.data.task == "multi_label":
            labels = zip(model.data.classes, prediction, strict=True)
            cells = ["; ".join(label for label, is_on in labels if is_on)]
        said = "; ".join(f"{note.column}: {note.code}" for note in found.notes[i])
        yield [*cells, *(shares[i] if shares is not None else ()), said]


def _lines(rows: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
