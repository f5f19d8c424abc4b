"""Fields of a `dataset`, for tests that resolve them without a spec."""

from collections.abc import Mapping
from dataclasses import dataclass

from gradus.spec.calendar import DateEncoding
from gradus.spec.categories import CategoryEncoding
from gradus.spec.column import ColumnSetting
from gradus.spec.missing import AnyMissing
from gradus.spec.numbers import NumberEncoding
from gradus.spec.split import AnySplit
from gradus.spec.target import Target


@dataclass(frozen=True)
class Words:
    target: Target | None = "y"
    columns: Mapping[str, ColumnSetting] | None = None
    numbers: NumberEncoding | None = None
    categories: CategoryEncoding | None = None
    dates: DateEncoding | None = None
    missing: AnyMissing | None = None
    split: AnySplit | None = None
