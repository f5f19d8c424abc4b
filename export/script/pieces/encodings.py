"""Inputs from columns. Every statistic is that of the training rows; arithmetic is in float64, rounded once to
float32."""

from collections.abc import Callable, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from export.script.pieces.tables import Rows, Table
from preprocessing.calendar import _cycles, _days
from preprocessing.categories import bucket
from preprocessing.numbers import (
    KNOTS,
    LARGEST_SCORE,
    ROBUST_CUT,
    Numbers,
    _quotient,
    cut,
    mean_and_deviation,
    signed_log,
)
from preprocessing.texts import as_text
from preprocessing.to_float32 import to_float32

Inputs = NDArray[np.float32]
Scaling = Callable[[Numbers, Numbers], Numbers]
Fill = Callable[[Numbers], float]


def median(train: Numbers) -> float:
    """The median of the training rows."""
    return float(np.median(train)) if len(train) else 0.0


def mean(train: Numbers) -> float:
    """The mean of the training rows."""
    return float(train.mean()) if len(train) else 0.0


def scaled(scaling: Scaling, train: Numbers, x: Numbers) -> Inputs:
    """The numbers x in float32, scaled with the statistics of the training rows."""
    return to_float32(scaling(cut(train) if len(train) else np.zeros(1), cut(x)))


def number(table: Table, name: str, train: Rows, scaling: Scaling, fill: Fill, *, flag: bool = False) -> Inputs:
    """Numbers, with missing ones filled in; with `flag`, also an input that is 1 where the number is missing."""
    column = table.column(name)
    x = column.values.astype(np.float64)
    missing = column.missing | ~np.isfinite(x)
    present = cut(x[train][~missing[train]])
    columns = [scaled(scaling, present, np.where(missing, fill(present), x))]
    return np.stack([*columns, missing.astype(np.float32)] if flag else columns, axis=1)


def min_max(train: Numbers, x: Numbers) -> Numbers:
    """(x - least) / (largest - least)."""
    low, high = float(train.min()), float(train.max())
    return _quotient(x - low, high - low)


def standard(train: Numbers, x: Numbers) -> Numbers:
    """(x - mean) / deviation."""
    center, deviation = mean_and_deviation(train)
    return _quotient(x - center, deviation)


def robust(train: Numbers, x: Numbers) -> Numbers:
    """z = (x - median) / IQR, then z / sqrt(1 + (z/3)²)."""
    first, middle, third = np.quantile(train, (0.25, 0.5, 0.75))
    width = float(third - first) or float(train.max() - train.min()) / 2
    z = np.clip(_quotient(x - float(middle), width), -ROBUST_CUT, ROBUST_CUT)
    return np.asarray(z / np.sqrt(1 + np.square(z / 3)))


def quantile(train: Numbers, x: Numbers) -> Numbers:
    """Normal scores: Φ⁻¹ of the empirical distribution function, interpolated between knots."""
    probabilities = np.linspace(0, 1, KNOTS)
    knots, first, count = np.unique(np.quantile(train, probabilities), return_index=True, return_counts=True)
    if len(knots) == 1:
        return np.zeros_like(x)
    within = np.clip(probabilities, 0.5 / len(train), 1 - 0.5 / len(train))
    middle = (within[first] + within[first + count - 1]) / 2
    scores = np.clip([NormalDist().inv_cdf(p) for p in middle], -LARGEST_SCORE, LARGEST_SCORE)
    below = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
    with np.errstate(over="ignore"):
        t = np.clip((x - knots[below]) / (knots[below + 1] - knots[below]), 0, 1)
    return np.asarray(scores[below] + (scores[below + 1] - scores[below]) * t)


def standard_log(train: Numbers, x: Numbers) -> Numbers:
    """sign(x) · ln(1 + |x|), then (x - mean) / deviation."""
    center, deviation = mean_and_deviation(signed_log(train))
    return _quotient(signed_log(x) - center, deviation)


def unscaled(_: Numbers, x: Numbers) -> Numbers:
    """x."""
    return x


def one_hot(table: Table, name: str, train: Rows, own: int, *, other: bool, missing: bool) -> Inputs:
    """An input for each of the `own` most frequent categories; with `other`, one for all other categories, and with
    `missing`, one for a missing value."""
    texts = as_text(table.column(name), table.type_of(name))
    known = texts.values[train][~texts.missing[train]]
    counts = np.bincount(known, minlength=len(texts.categories))
    seen = np.flatnonzero(counts)
    frequent = seen[np.argsort(-counts[seen], kind="stable")][:own]
    width = own + other + missing
    places = np.full(len(texts.categories) + 1, own if other else -1)
    places[frequent] = np.arange(len(frequent))
    places[-1] = width - 1 if missing else -1
    return one_at(places[texts.values], width)


def one_at(places: NDArray[np.int64], width: int) -> Inputs:
    """1 at the position of each row, 0 elsewhere; all 0 for the position -1."""
    out = np.zeros((len(places), width), dtype=np.float32)
    rows = np.flatnonzero(places >= 0)
    out[rows, places[rows]] = 1
    return out


def ordinal(table: Table, name: str, train: Rows, order: Sequence[str] = ()) -> Inputs:
    """The position in the order, scaled from 0 to 1; -1 for a text that is not in the order."""
    texts = as_text(table.column(name), table.type_of(name))
    if not order:
        seen = np.unique(texts.values[train][~texts.missing[train]])
        order = [texts.categories[i] for i in seen]
        order = sorted(order, key=int) if table.type_of(name) == "integer" else order
    places = {text: place / max(len(order) - 1, 1) for place, text in enumerate(order)}
    numbers = [*(places.get(text, -1.0) for text in texts.categories), -1.0]  # the last one is for the code -1
    out: Inputs = np.array(numbers)[texts.values].astype(np.float32)[:, None]
    return out


def hashed(table: Table, name: str, buckets: int) -> Inputs:
    """1 in the bucket of the text, which is its SHA-256 modulo `buckets`; all 0 for a missing value."""
    texts = as_text(table.column(name), table.type_of(name))
    places = np.array([*(bucket(text, buckets) for text in texts.categories), -1])
    return one_at(places[texts.values], buckets)


def date(table: Table, name: str, train: Rows, scaling: Scaling, *, calendar: bool, flag: bool) -> Inputs:
    """Days since the first training date, scaled.

    With `calendar`, also sine and cosine of the month, the weekday and, for times, the time of day. All are 0 for a
    missing date; with `flag`, another input is 1 there.
    """
    column, kind = table.column(name), table.type_of(name)
    present = column.values[train][~column.missing[train]]
    origin = int(present.min()) if len(present) else 0
    days = _days(column.values, origin, kind)
    columns: list[NDArray[np.floating]] = [scaled(scaling, _days(present, origin, kind), days)]
    if calendar:
        for share in _cycles(column.values, kind):
            columns += [np.sin(2 * np.pi * share), np.cos(2 * np.pi * share)]
    out = [np.where(column.missing, 0, one).astype(np.float32) for one in columns]
    return np.stack([*out, column.missing.astype(np.float32)] if flag else out, axis=1)


def pixels(table: Table, name: str) -> NDArray[np.uint8]:
    """Pixels as bytes, which are divided by 255 in each batch."""
    values = table.column(name).values
    return values.reshape(len(values), -1)


def scaled_pixels(table: Table, name: str) -> Inputs:
    """Pixels divided by 255."""
    return np.divide(pixels(table, name), np.float32(255), dtype=np.float32)


def elements(table: Table, name: str, train: Rows, scaling: Scaling, fill: Fill) -> Inputs:
    """The elements of arrays, each scaled separately."""
    values = table.column(name).values
    values = values.reshape(len(values), -1)
    columns = []
    for element in values.T:
        x = element.astype(np.float64)
        present = cut(x[train][np.isfinite(x[train])])
        columns.append(scaled(scaling, present, np.where(np.isfinite(x), x, fill(present))))
    return np.stack(columns, axis=1)
