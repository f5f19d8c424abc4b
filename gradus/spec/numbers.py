"""Encodings of numbers. Every statistic is that of the training rows; missing values do not count."""

from typing import Annotated, Literal

from gradus.spec.spec_model import SpecModel, named, tagged


class MinMax(SpecModel):
    """(x - least) / (largest - least); 0 in a constant column."""

    kind: Literal["min_max"] = "min_max"


class Standard(SpecModel):
    """(x - mean) / deviation, with the deviation of 1/n; 0 in a constant column."""

    kind: Literal["standard"] = "standard"


class Robust(SpecModel):
    """z = (x - median) / IQR, cut to ±10⁶, then z / sqrt(1 + (z/3)²): outliers end at ±3.

    Where the IQR is 0, half the range takes its place; 0 in a constant column. Source: Holzmüller et al., Better by
    default: strong pre-tuned MLPs and boosted trees on tabular data, 2024 (RealMLP).
    """

    kind: Literal["robust"] = "robust"


class Quantile(SpecModel):
    """Normal scores: Φ⁻¹ of the empirical distribution function, interpolated between 256 knots; within ±5.2."""

    kind: Literal["quantile"] = "quantile"


class SignedLog(SpecModel):
    """sign(x) · ln(1 + |x|), then standard."""

    kind: Literal["signed_log"] = "signed_log"


class NoScaling(SpecModel, title="None"):
    """x, as it is."""

    kind: Literal["none"] = "none"


NumberEncoding = MinMax | Standard | Robust | Quantile | SignedLog | NoScaling

Numbers = Annotated[
    Annotated[NumberEncoding, tagged()],
    named("min_max", "standard", "robust", "quantile", "signed_log", "none"),
]
