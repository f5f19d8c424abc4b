"""The distributions of a random search. A draw is a pure function of (seed, path, number of the draw)."""

import math
from random import Random
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gradus.spec.spec_model import SpecModel, tagged

MAX_VALUES = 1000
DIGITS = 6
"""Significant digits of drawn numbers: enough for a search, and short in a label."""

Bound = Annotated[float, Field(ge=-1e12, le=1e12)]
Whole = Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)]


class Choice(SpecModel):
    """One of the values, with equal probability."""

    kind: Literal["choice"] = "choice"
    values: tuple[Any, ...] = Field(strict=False, min_length=1, max_length=MAX_VALUES)
    """Any values that the spec allows at the path."""


class UniformSpace(SpecModel):
    """A number between two bounds, uniformly distributed."""

    kind: Literal["uniform"] = "uniform"
    low: Bound
    high: Bound

    @model_validator(mode="after")
    def _bounds_in_order(self) -> "UniformSpace":
        _check(self.low, self.high)
        return self


class LogUniform(SpecModel):
    """A number between two bounds, whose logarithm is uniformly distributed."""

    kind: Literal["log_uniform"] = "log_uniform"
    low: Annotated[float, Field(gt=0, le=1e12)]
    high: Annotated[float, Field(gt=0, le=1e12)]

    @model_validator(mode="after")
    def _bounds_in_order(self) -> "LogUniform":
        _check(self.low, self.high)
        return self


class Integer(SpecModel):
    """An integer between two bounds, both included, uniformly distributed."""

    kind: Literal["integer"] = "integer"
    low: Whole
    high: Whole

    @model_validator(mode="after")
    def _bounds_in_order(self) -> "Integer":
        _check(self.low, self.high)
        return self


Bounded = UniformSpace | LogUniform | Integer
Space = Annotated[Choice | UniformSpace | LogUniform | Integer, tagged()]


def draw(space: Choice | Bounded, seed: int, path: str, number: int) -> Any:
    """The value for this path in the draw with this number."""
    share = drawn_share(seed, path, number)
    match space:
        case Choice(values=values):
            return values[int(share * len(values))]
        case UniformSpace(low=low, high=high):
            return _rounded(low + share * (high - low), low, high)
        case LogUniform(low=low, high=high):
            return _rounded(math.exp(math.log(low) + share * math.log(high / low)), low, high)
        case Integer(low=low, high=high):
            return low + int(share * (high - low + 1))
        case _:
            assert_never(space)


def drawn_share(seed: int, path: str, number: int) -> float:
    """The uniform random number in [0, 1) of a draw."""
    return Random(f"{seed}/{path}/{number}").random()  # noqa: S311 (hashed by SHA-512, the same everywhere)


def _rounded(value: float, low: float, high: float) -> float:
    return min(max(float(f"{value:.{DIGITS}g}"), low), high)


def _check(low: float, high: float) -> None:
    if low >= high:
        facts = {"low": low, "high": high}
        raise PydanticCustomError("bounds", "low must be less than high, and {low} is not less than {high}", facts)
