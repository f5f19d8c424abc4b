"""Answers as CSV: one line for each row of the request, in the same order."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from api.prediction.answers import Answers, Shown, answers
from api.prediction.model import Model
from export.answer_columns import Columns, answer_columns
from preprocessing.column import Column


def csv_answers(model: Model, columns: Mapping[str, Column], rows: int, shown: Shown) -> Iterator[bytes]:
    """The lines, in pieces: predictions, the probability of each class, intervals, spreads, and the codes of notes."""
    yield _lines([list(_columns(model, _nothing(model), shown))])
    for found in answers(model, columns, rows):
        cells = _columns(model, found, shown).values()
        yield _lines(zip(*(one.tolist() for one in cells), strict=True))


def _columns(model: Model, found: Answers, shown: Shown) -> Columns:
    shares = found.probabilities if shown.probabilities else None
    is_apart = shares is not None or model.data.task == "regression"
    spread = found.spread if is_apart else None
    return answer_columns(model.data, found.prediction, shares, shown.half_widths, spread, found.notes, shown.top)


def _nothing(model: Model) -> Answers:
    """Answers for zero rows, from which the header is made."""
    taken, outputs = model.signature, model.data.outputs
    return Answers(
        np.zeros((0, *taken.prediction.shape)),
        None if taken.probabilities is None else np.zeros((0, outputs), dtype=np.float32),
        None if taken.spread is None else np.zeros((0, outputs)),
        (),
    )


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
