"""The preprocessing of built-in data sets, in the same form as for uploaded ones: it turns an example into inputs."""

from collections.abc import Sequence
from dataclasses import dataclass

from gradus.built_in_facts import BuiltInFacts
from preprocessing.encode import Fitted, FittedColumn, FittedNumber, FittedStandardized
from preprocessing.numbers import FittedMinMax
from preprocessing.pixels import FittedArray, FittedBytes


@dataclass(frozen=True)
class Bounds:
    """The bounds that map each input to [0, 1]."""

    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True)
class Moments:
    """Mean and deviation of each scaled input."""

    mean: Sequence[float]
    deviation: Sequence[float]


def built_in(facts: BuiltInFacts, bounds: Bounds | None, moments: Moments | None) -> Fitted:
    """The preprocessing of a built-in data set: x / 255 for images, otherwise scaling by the bounds of each input. The
    result is standardized if `moments` are given."""
    if facts.source == "idx":
        name = facts.columns[0]
        scaled: list[FittedNumber | FittedBytes | FittedArray] = [
            FittedBytes(column=name, width=facts.inputs, shape=facts.input_shape)
        ]
    else:
        assert bounds is not None
        scaled = _scaled(facts, bounds)
    columns: list[FittedColumn] = [*scaled] if moments is None else _standardized(scaled, moments)
    return Fitted(digest=facts.name, columns=tuple(columns))


def _scaled(facts: BuiltInFacts, bounds: Bounds) -> list[FittedNumber | FittedBytes | FittedArray]:
    scalings = tuple(FittedMinMax(low=low, high=high) for low, high in zip(bounds.low, bounds.high, strict=True))
    if len(facts.columns) == 1:
        fills = (None,) * facts.inputs
        return [FittedArray(column=facts.columns[0], scalings=scalings, fills=fills, shape=facts.input_shape)]
    return [
        FittedNumber(
            column=name, type="number", scaling=scaling, fill=None, flag=False, least=scaling.low, largest=scaling.high
        )
        for name, scaling in zip(facts.columns, scalings, strict=True)
    ]


def _standardized(scaled: Sequence[FittedNumber | FittedBytes | FittedArray], moments: Moments) -> list[FittedColumn]:
    found: list[FittedColumn] = []
    start = 0
    for one in scaled:
        own = slice(start, start + one.width)
        mean, deviation = tuple(moments.mean[own]), tuple(moments.deviation[own])
        found.append(FittedStandardized(scaled=one, mean=mean, deviation=deviation))
        start += one.width
    return found
